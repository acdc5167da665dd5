/** Wraps every handler: cancelled requests stop before they start, and a defect gives a neutral answer and a log line. */

import { type CancellationToken, LSPErrorCodes, ResponseError } from "vscode-languageserver";

export interface Log {
  error(message: string): void;
}

/** Lets what is queued, such as a cancellation, arrive before the work goes on. */
export const breathe = () =>
  new Promise<void>((resolve) => (typeof setImmediate === "function" ? setImmediate(resolve) : setTimeout(resolve, 0)));

let lastTurn: Promise<void> = Promise.resolve();

/** A turn of the event loop of one's own: those who waited for the same thing do not hold it one after the other. */
export const turn = (): Promise<void> => {
  lastTurn = lastTurn.then(breathe);
  return lastTurn;
};

export async function runSafe<T>(
  name: string,
  token: CancellationToken,
  log: Log,
  neutral: T,
  work: () => T | Promise<T>,
): Promise<T | ResponseError<never>> {
  await breathe();
  if (token.isCancellationRequested) return cancelled();
  try {
    const result = await work();
    return token.isCancellationRequested ? cancelled() : result;
  } catch (error) {
    // An answer of our own (a rename that cannot be) is no defect.
    if (error instanceof ResponseError) return error as ResponseError<never>;
    log.error(`${name} failed: ${(error as Error)?.stack ?? error}`);
    return neutral;
  }
}

function cancelled(): ResponseError<never> {
  return new ResponseError(LSPErrorCodes.RequestCancelled, "cancelled");
}
