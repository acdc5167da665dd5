/** Nothing wrong is shown for a moment: whatever comes late, the first numbers are those that stay. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { type ReadFileParams, readFileRequest } from "../../server/src/lsp/protocol.ts";
import { type Client, exampleFiles, until, withServer } from "./harness.ts";

const eyeriss = exampleFiles("eyeriss-like");
const map = "eyeriss-like/resnet50-conv3x3.map.yaml";
const arch = "eyeriss-like/arch.yaml";
const table = "eyeriss-like/ert.yaml";
/** Longer than features about the text alone wait for files. */
const late = 2500;

const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));
const range = { start: { line: 0, character: 0 }, end: { line: 100, character: 0 } };

/** What the editor shows of a document. */
const shown = (client: Client, path: string) =>
  Promise.all([
    client.request("textDocument/diagnostic", path).then(({ items }) => items),
    client.request("textDocument/codeLens", path),
    client.request("textDocument/inlayHint", path, { range }),
    client.request("textDocument/hover", path, { position: { line: 5, character: 12 } }),
  ]);

const energies = (answers: unknown): string[] => JSON.stringify(answers).match(/[\d.]+ [pnµm]?J\b/g) ?? [];

/** Compares the first answers with those that stay. */
async function firstIsLast(client: Client, path: string): Promise<void> {
  const [early, ...first] = await shown(client, path);
  await client.settled(path);
  const [diagnostics, ...last] = await shown(client, path);
  assert.ok(energies(last).includes("554.8 µJ"), String(energies(last)));
  assert.deepEqual(first, last);
  // Problems of the text alone may be told before.
  if (energies(early).length > 0) assert.deepEqual(early, diagnostics);
}

test("files that are listed late", async () => {
  await withServer({ files: eyeriss }, async (client) => {
    client.listing = pause(late);
    await client.open(map);
    await firstIsLast(client, map);
  });
});

test("energy tables that are read late", async () => {
  await withServer({ files: eyeriss }, async (client) => {
    client.connection.onRequest(readFileRequest, async ({ uri }: ReadFileParams) => {
      if (uri === client.uri(table)) await pause(late);
      return client.files.get(uri) ?? null;
    });
    await client.open(map);
    await firstIsLast(client, map);
  });
});

test("files that are slow to come keep no one from the outline and from what is wrong with the text itself", async () => {
  await withServer({ files: eyeriss }, async (client) => {
    let go = () => {};
    client.listing = new Promise((resolve) => {
      go = () => resolve();
    });
    await client.open(map, `${eyeriss[map]}- [`);
    const [outline, { items }] = await Promise.all([
      client.request("textDocument/documentSymbol", map),
      client.request("textDocument/diagnostic", map),
    ]);
    assert.ok(outline.length > 0);
    assert.ok(items.length > 0);
    for (const { code } of items) assert.match(code, /^yaml-/);
    go();
  });
});

test("settings that come late", async () => {
  await withServer({ files: eyeriss }, async (client) => {
    client.connection.onRequest("workspace/configuration", async () => {
      await pause(500);
      return [{ counting: "timeloop-2022" }];
    });
    await client.configure({});
    await client.open(map);
    const [, first] = await shown(client, map);
    await client.settled(map);
    const [, last] = await shown(client, map);
    assert.ok(energies(last).includes("556.6 µJ"), String(energies(last)));
    assert.deepEqual(first, last);
  });
});

test("energy tables whose document is closed stay, as they are on disk", async () => {
  await withServer({ files: eyeriss }, async (client) => {
    await client.open(table);
    await client.open(map);
    await firstIsLast(client, map);
    await client.close(table);
    await firstIsLast(client, map);
  });
});

test("architecture and tables that change together are taken in together", async () => {
  const files = { ...eyeriss };
  await withServer({ files }, async (client) => {
    await client.open(map);
    await client.settled(map);
    const rename = (path: string) => eyeriss[path].replaceAll("PsumSpad", "Sums");
    for (const path of [arch, table]) client.files.set(client.uri(path), rename(path));
    client.connection.onRequest(readFileRequest, async ({ uri }: ReadFileParams) => {
      await pause(200);
      return client.files.get(uri) ?? null;
    });
    await client.connection.sendNotification("workspace/didChangeWatchedFiles", {
      changes: [arch, table].map((path) => ({ uri: client.uri(path), type: 2 })),
    });
    await client.change(map, eyeriss[map].replaceAll("PsumSpad", "Sums"));
    await pause(300);
    const [, lenses] = await shown(client, map);
    assert.ok(energies(lenses).includes("554.8 µJ"), JSON.stringify(lenses));
  });
});

test("a question asked before the document was opened anew is answered from all files, too", async () => {
  await withServer({ files: eyeriss }, async (client) => {
    const reads = new Map<string, number>();
    const last = client.uri("eyeriss-like/gemm.map.yaml");
    client.connection.onRequest(readFileRequest, async ({ uri }: ReadFileParams) => {
      const read = (reads.get(uri) ?? 0) + 1;
      reads.set(uri, read);
      // The first reading ends while the second one lacks nothing but the tables.
      if (read === 1 && uri === last) await pause(200);
      if (read === 2 && uri === client.uri(table)) await pause(600);
      return client.files.get(uri) ?? null;
    });
    await client.open(map, undefined, "yaml");
    const asked = client.request("textDocument/codeLens", map);
    await until("the first reading to come to its end", () => reads.has(last));
    await client.close(map);
    await client.open(map);
    assert.ok(energies(await asked).includes("554.8 µJ"));
  });
});
