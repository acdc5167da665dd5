// Sets up the VS Code that the tests run in (`--oldest`: the oldest supported version too) and a browser to drive it.
import { tsImport } from "tsx/esm/api";

const { prepareWorkbench } = await tsImport("../test/workbench/setup.ts", import.meta.url);
const { prepareChromium } = await tsImport("../test/workbench/chromium.ts", import.meta.url);

const versions = process.argv.includes("--oldest") ? ["current", "oldest"] : ["current"];
try {
  for (const version of versions) {
    const { vscode } = await prepareWorkbench(version);
    console.log(`VS Code ${vscode} is ready.`);
  }
  console.log(`Browser: ${prepareChromium()}`);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
