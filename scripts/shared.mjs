/**
 * For the script that the server loads on demand: what `server/src/shared.ts` lists is taken from the server, so that
 * nothing is loaded twice and both know the same parsed files. A name that is missing there fails the build.
 */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const list = new URL("../server/src/shared.ts", import.meta.url);

export const takenFromServer = {
  name: "taken-from-server",
  async setup({ onLoad }) {
    const imports = (await readFile(list, "utf8")).matchAll(/^import \{([^}]+)\} from "([^"]+)";$/gm);
    for (const [, names, from] of imports) {
      const path = fileURLToPath(new URL(from, list));
      const taken = (names.match(/\w+/g) ?? []).map((name) => `export const ${name} = mapspaceShared.${name};`);
      const filter = new RegExp(`${path.replaceAll(/[\\.]/g, "\\$&")}$`);
      onLoad({ filter }, () => ({ contents: taken.join("\n") }));
    }
  },
};
