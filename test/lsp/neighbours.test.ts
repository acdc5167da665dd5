/** Which files of the disk a document's design is made of, wherever the document lies and whatever was open before. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Client, exampleFiles, until, withServer } from "./harness.ts";

const example = Object.fromEntries(
  Object.entries(exampleFiles("three-level")).map(([path, text]) => [
    path.slice(path.indexOf("/") + 1),
    text.replace(/^# mapspace:.*\n/gm, ""),
  ]),
);
const map = "gemm.map.yaml";
const design = ["arch.yaml", "ert.yaml", "gemm.yaml", map];

/** The files of a design at `root`, every energy of it `times` what the example has. */
function lay(client: Client, root: string, times = 1, names = design): void {
  for (const name of names) {
    const text = example[name].replace(/energy: ([\d.]+)/g, (_, energy) => `energy: ${Number(energy) * times}`);
    client.files.set(`${root}/${name}`, text);
  }
}

/** What the status says of a document once its files have been read. */
async function summary(client: Client, uri: string, text?: string): Promise<string> {
  await client.open(uri, text);
  await client.diagnostics(uri);
  const last = () => client.statuses.findLast((status) => status.uri === uri)?.summary;
  await until("the status", () => last() !== undefined);
  return last() ?? "";
}

const estimate = /cycles, (.+) mJ/;
const energy = (text: string) => Number(estimate.exec(text)?.[1]);

test("documents of several workspace folders and of none each get the files of their own place", async () => {
  await withServer({ folders: ["file:///a", "file:///b"] }, async (client) => {
    lay(client, "file:///a/design", 1);
    lay(client, "file:///b/design", 3);
    lay(client, "file:///out/design", 3);
    const first = await summary(client, `file:///a/design/${map}`);
    const second = await summary(client, `file:///b/design/${map}`);
    const outside = await summary(client, `file:///out/design/${map}`);
    assert.match(first, estimate);
    assert.ok(energy(second) > 1.5 * energy(first), `${second} is with other energies than ${first}`);
    assert.equal(outside, second);
  });
});

test("what another workspace folder has is no part of a design, whichever was opened first", async () => {
  for (const order of ["ab", "ba"]) {
    await withServer({ folders: ["file:///a", "file:///b"] }, async (client) => {
      lay(client, "file:///a");
      lay(client, "file:///b/deep/below", 1, [map]);
      const uris: Record<string, string> = { a: `file:///a/${map}`, b: `file:///b/deep/below/${map}` };
      const told: Record<string, string> = {};
      for (const folder of order) told[folder] = await summary(client, uris[folder]);
      assert.match(told.a, estimate);
      assert.match(told.b, /^no architecture, no problem found/);
    });
  }
});

test("an untitled mapping takes architecture and problem from the workspace, and those after it get theirs", async () => {
  await withServer({}, async (client) => {
    lay(client, "file:///work/design", 1, ["arch.yaml", "ert.yaml", "gemm.yaml"]);
    const untitled = await summary(client, "untitled:Untitled-1", example[map]);
    assert.match(untitled, estimate);
    lay(client, "file:///work/design", 1, [map]);
    assert.equal(await summary(client, `file:///work/design/${map}`), untitled);
  });
});

test("an untitled mapping that has a place to be saved at takes the files beside that", async () => {
  await withServer({}, async (client) => {
    const names = ["arch.yaml", "ert.yaml", "gemm.yaml"];
    lay(client, "file:///work/a", 1, names);
    lay(client, "file:///work/b", 3, names);
    const [a, b] = [
      await summary(client, "untitled:/work/a/new.yaml", example[map]),
      await summary(client, "untitled:/work/b/new.yaml", example[map]),
    ];
    assert.ok(energy(b) > 1.5 * energy(a), `${b} is with other energies than ${a}`);
  });
});
