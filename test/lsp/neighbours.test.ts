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
    lay(client, "file:///folder/design", 1, ["arch.yaml", "ert.yaml", "gemm.yaml"]);
    const untitled = await summary(client, "untitled:Untitled-1", example[map]);
    assert.match(untitled, estimate);
    lay(client, "file:///folder/design", 1, [map]);
    assert.equal(await summary(client, `file:///folder/design/${map}`), untitled);
  });
});

test("an untitled mapping that has a place to be saved at takes the files beside that", async () => {
  await withServer({}, async (client) => {
    const names = ["arch.yaml", "ert.yaml", "gemm.yaml"];
    lay(client, "file:///folder/a", 1, names);
    lay(client, "file:///folder/b", 3, names);
    const [a, b] = [
      await summary(client, "untitled:/folder/a/new.yaml", example[map]),
      await summary(client, "untitled:/folder/b/new.yaml", example[map]),
    ];
    assert.ok(energy(b) > 1.5 * energy(a), `${b} is with other energies than ${a}`);
  });
});

const problems = async (client: Client, uri: string) =>
  (await client.diagnostics(uri)).map(({ code, message }) => `${code}: ${message}`);
const layer = (n: number) => example["gemm.yaml"].replace("M: 512", `M: ${513 + n}`);

test("the folder of a document is read whole, however many files it has", async () => {
  await withServer({}, async (client) => {
    for (let i = 0; i < 210; i++) client.files.set(`file:///folder/layer${1000 + i}.yaml`, layer(i));
    client.files.set("file:///folder/simba.yaml", example["arch.yaml"]);
    await summary(client, "file:///folder/map.yaml", example[map]);
    assert.deepEqual(client.statuses.at(-1)?.unread, { large: [], files: 0 });
    assert.ok(!(await problems(client, "file:///folder/map.yaml")).join().includes("missing-architecture"));
  });
});

test("that too many files farther away were not looked into is told with their number, where a part is missing", async () => {
  await withServer({}, async (client) => {
    for (let i = 0; i < 210; i++) client.files.set(`file:///folder/layers/${1000 + i}.yaml`, layer(i));
    client.files.set("file:///folder/deep/er/arch.yaml", example["arch.yaml"]);
    const uri = "file:///folder/maps/map.yaml";
    assert.match(await summary(client, uri, example[map]), /^no architecture found/);
    assert.equal(client.statuses.at(-1)?.unread.files, 11);
    const told = await problems(client, uri);
    assert.ok(
      told.some((text) => /^files-not-read: 11 files farther away .* for architecture\. .*architecture=/.test(text)),
      told.join("\n"),
    );
    // Named as the message says, it is found.
    await client.change(uri, `# mapspace: architecture=../deep/er/arch.yaml\n${example[map]}`);
    await until("the architecture", async () => !(await problems(client, uri)).join().includes("missing-architecture"));
    assert.ok(!(await problems(client, uri)).join().includes("files-not-read"));
  });
});

test("energy tables of more than a megabyte count; a file too large to be read is told", async () => {
  await withServer({}, async (client) => {
    lay(client, "file:///folder/small");
    lay(client, "file:///folder/large");
    const tables = "file:///folder/large/ert.yaml";
    client.files.set(tables, `${example["ert.yaml"]}${"# a line that says nothing\n".repeat(50_000)}`);
    const small = await summary(client, `file:///folder/small/${map}`);
    const uri = `file:///folder/large/${map}`;
    assert.equal(await summary(client, uri), small);
    await client.disk(tables, `${example["ert.yaml"]}${"# a line that says nothing\n".repeat(700_000)}`);
    const told = async () => (await problems(client, uri)).find((text) => text.startsWith("files-not-read"));
    await until("the problem", async () => (await told()) !== undefined);
    assert.match((await told()) ?? "", /ert\.yaml has 1[78]\.?\d* MB and was not read: the limit is 16 MB/);
    await until("the status", () => client.statuses.at(-1)?.unread.large.includes(tables) === true);
    await client.disk(tables, example["ert.yaml"]);
    await until("the tables", async () => (await told()) === undefined);
  });
});
