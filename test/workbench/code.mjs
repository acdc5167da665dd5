#!/usr/bin/env node
// Stands in for `code` where @vscode/test-electron expects an executable: takes its arguments and runs the suite in
// the bundled workbench and a headless Chromium. MAPSPACE_WORKBENCH=oldest chooses the oldest supported version.
import { tsImport } from "tsx/esm/api";

const { runSuite } = await tsImport("./run-suite.ts", import.meta.url);
process.exit(await runSuite(process.argv.slice(2)));
