import { launchBrowser } from "./browser.ts";
import { prepareWorkbench } from "./setup.ts";
import { startWorkbench } from "./start.ts";

const longestRun = 1_200_000;

/** Runs the suite that `code`'s arguments name in the bundled workbench; returns its exit code. */
export async function runSuite(args: readonly string[]): Promise<number> {
  const option = (name: string) => args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
  const folder = args.find((arg) => !arg.startsWith("-"));
  if (!folder) throw new Error("Which folder shall the window show?");
  const verbose = process.env.MAPSPACE_WORKBENCH_LOG ? (text: string) => process.stderr.write(text) : undefined;
  const workbench = await prepareWorkbench(process.env.MAPSPACE_WORKBENCH === "oldest" ? "oldest" : "current");
  const server = await startWorkbench(workbench, {
    folder,
    extensionDevelopmentPath: option("extensionDevelopmentPath"),
    extensionTestsPath: option("extensionTestsPath"),
    onOutput: verbose,
  });
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    const finished = new Promise<number>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`the suite ran for more than ${longestRun / 1000} s`)),
        longestRun,
      );
      const exit = (code: number) => {
        clearTimeout(timer);
        resolve(code);
      };
      void page.exposeFunction("codeAutomationExit", exit);
      void page.exposeFunction("codeAutomationLog", (_type: string, lines: unknown[]) =>
        verbose?.(`${lines.join(" ")}\n`),
      );
    });
    await page.goto(server.url, { waitUntil: "domcontentloaded" });
    return await finished;
  } finally {
    await browser.close();
    server.stop();
  }
}
