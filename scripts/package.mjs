// Makes dist/mapspace.vsix (`--out folder`: elsewhere; `--no-build`: from what dist/ holds). The files that .vscodeignore allows are gathered in a folder of their own first, because
// vsce walks through everything beside the package, and the tests keep a whole VS Code there.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createVSIX } from "@vscode/vsce";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const { values: options } = parseArgs({
  options: { out: { type: "string", default: join(root, "dist") }, "no-build": { type: "boolean", default: false } },
});
const stage = join(options.out, "package");

if (!options["no-build"]) {
  const build = spawnSync(process.execPath, ["scripts/build.mjs", "--production"], { cwd: root, stdio: "inherit" });
  if (build.status !== 0) process.exit(1);
}
const vsix = await packageExtension();
console.log(vsix);

/** Packages and returns the path of the .vsix. */
async function packageExtension() {
  rmSync(stage, { recursive: true, force: true });
  for (const file of [".vscodeignore", ...allowedFiles()]) {
    mkdirSync(dirname(join(stage, file)), { recursive: true });
    cpSync(join(root, file), join(stage, file));
  }
  // The repository's own speaks to those who build from it.
  cpSync(join(root, "client/README.md"), join(stage, "README.md"));
  writeFileSync(join(stage, "package.json"), JSON.stringify(shippedManifest(), null, 2));
  const packagePath = join(options.out, "mapspace.vsix");
  await createVSIX({
    cwd: stage,
    packagePath,
    dependencies: false,
    allowMissingRepository: true,
    rewriteRelativeLinks: false,
  });
  return packagePath;
}

/** The lines `!path` and `!folder/*.extension` of the allow list. */
function allowedFiles() {
  const allowed = readFileSync(join(root, ".vscodeignore"), "utf8").match(/(?<=^!).+$/gm) ?? [];
  return allowed.flatMap((line) => {
    if (!line.includes("*")) return [line];
    const [folder, ending] = [dirname(line), basename(line).replace("*", "")];
    return readdirSync(join(root, folder))
      .filter((name) => name.endsWith(ending))
      .map((name) => `${folder}/${name}`);
  });
}

/** What only the repository needs stays here. */
function shippedManifest() {
  const { scripts, devDependencies, dependencies, overrides, bin, ...shipped } = JSON.parse(
    readFileSync(join(root, "package.json"), "utf8"),
  );
  return shipped;
}
