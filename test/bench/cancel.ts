/**
 * From Cancel to the end of a search, through the real server with its threads, at seeded random times; and whether
 * what is left is consistent. `npm run bench:cancel [-- CANCELS_PER_STRATEGY]`
 */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Prng } from "../../server/src/engine/numeric/prng.ts";
import type {
  CandidateView,
  DesignOffer,
  RunProgress,
  StartResult,
} from "../../server/src/features/explorer/protocol.ts";
import {
  controlRequest,
  offerRequest,
  progressNotification,
  startRequest,
  viewRequest,
} from "../../server/src/lsp/search-methods.ts";
import { catalogue, cosearchCatalogue } from "../../server/src/worker/catalogue.ts";
import { spawnThreads } from "../../server/src/worker/threads.ts";
import { exampleFiles, until, withServer } from "../lsp/harness.ts";
import { repositoryRoot } from "../support/shared.ts";

const cancels = Number(process.argv[2] ?? 10);
/** A search is left alone for at most so long. */
const longestMs = 4000;
const open = "simba-like/resnet50-conv3x3.map.yaml";
const host = { spawn: spawnThreads(join(repositoryRoot, "dist/search.cjs")), commands: false };

withServer({ files: exampleFiles("simba-like"), host }, async (client) => {
  const heard: RunProgress[] = [];
  let ended = 0;
  client.connection.onNotification(progressNotification, (progress: RunProgress) => {
    heard.push(progress);
    if (/done|stopped|failed/.test(progress.state)) ended = performance.now();
  });
  const uri = await client.open(open);
  await client.settled(open);
  const ask = <T>(method: string, params: object) => client.connection.sendRequest<T>(method, params);
  const { defaults } = await ask<DesignOffer>(offerRequest, { uri });
  const random = new Prng(7, 0);
  for (const strategy of [...catalogue.map(({ id }) => id as string), ...cosearchCatalogue]) {
    const times: number[] = [];
    let found = 0;
    for (let i = 0; i < cancels; i++) {
      heard.length = 0;
      const run = `${strategy} ${i}`;
      const options = { ...defaults, strategy, mapspace: "pfm", seconds: null, seed: i };
      const { refusal } = await ask<StartResult>(startRequest, { uri, run, layer: 0, options });
      if (refusal !== undefined) throw new Error(refusal);
      await sleep(random.next() * longestMs);
      const began = performance.now();
      await ask(controlRequest, { run, action: "cancel" });
      await until("the end", () => /done|stopped/.test(heard.at(-1)?.state ?? ""));
      times.push(Math.max(0, ended - began));
      const best = heard.findLast((progress) => progress.best !== undefined);
      if (best?.best === undefined) continue;
      found++;
      const { mapping, cost } = best.best;
      const architecture = best.network?.architecture ?? null;
      const view = await ask<CandidateView>(viewRequest, { uri, layer: 0, mapping, architecture });
      if (JSON.stringify(view.cost) !== JSON.stringify(cost)) throw new Error(`${run}: the best costs something else`);
      if (view.violations.length > 0) throw new Error(`${run}: ${view.violations.join(", ")}`);
    }
    times.sort((a, b) => a - b);
    const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))].toFixed(1);
    console.log(
      `${strategy.padEnd(16)} median ${at(0.5)} ms, most ${at(1)} ms; a valid best in ${found} of ${cancels}`,
    );
  }
}).then(() => process.exit(0));
