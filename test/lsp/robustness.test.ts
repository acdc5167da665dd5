/** What users of such extensions complain about, as far as a server can be to blame (issue trackers of many of them). */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { allFeatures, type Features } from "../../server/src/lsp/handlers.ts";
import { Neighbours } from "../../server/src/lsp/neighbours.ts";
import { parseStatistics } from "../../server/src/syntax/parse.ts";
import { DesignStore } from "../../server/src/workspace/store.ts";
import { designOf } from "../bench/editor-designs.ts";
import { repositoryRoot } from "../support/shared.ts";
import { type Client, until, withServer } from "./harness.ts";

const folder = join(repositoryRoot, "examples/three-level");
const files: Record<string, string> = Object.fromEntries(
  ["arch.yaml", "ert.yaml", "gemm.yaml", "gemm.map.yaml"].map((name) => [
    `small/${name}`,
    readFileSync(join(folder, name), "utf8"),
  ]),
);
const map = "small/gemm.map.yaml";
const whole = ["arch", "ert", "gemm", "gemm.map"].map((name) => files[`small/${name}.yaml`]).join("\n");
const codes = (diagnostics: { code?: unknown }[]) => diagnostics.map(({ code }) => code);
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const titles = async (client: Client, path: string): Promise<string[]> =>
  (await client.request("textDocument/codeLens", path)).map(
    (lens: { command: { title: string } }) => lens.command.title,
  );

const everywhere = { start: { line: 0, character: 0 }, end: { line: 400, character: 0 } };
const requests: [string, Record<string, unknown>][] = [
  ["textDocument/hover", { position: { line: 4, character: 12 } }],
  ["textDocument/completion", { position: { line: 4, character: 12 } }],
  ["textDocument/codeLens", {}],
  ["textDocument/inlayHint", { range: everywhere }],
  ["textDocument/codeAction", { range: everywhere, context: { diagnostics: [], triggerKind: 2 } }],
  ["textDocument/definition", { position: { line: 4, character: 12 } }],
  ["textDocument/references", { position: { line: 4, character: 12 }, context: { includeDeclaration: true } }],
  ["textDocument/documentHighlight", { position: { line: 4, character: 12 } }],
  ["textDocument/prepareRename", { position: { line: 4, character: 12 } }],
  ["textDocument/rename", { position: { line: 4, character: 12 }, newName: "Other" }],
  ["textDocument/documentSymbol", {}],
  ["textDocument/foldingRange", {}],
  ["textDocument/selectionRange", { positions: [{ line: 4, character: 12 }] }],
  ["textDocument/documentLink", {}],
  ["textDocument/formatting", { options: { tabSize: 2, insertSpaces: true } }],
  ["textDocument/semanticTokens/full", {}],
];

test("no work in folders that do not concern us: no file is listed or read, nothing is said", async () => {
  const strangers = { "compose.yaml": "services: {web: {image: x}}\n", "ci.yml": "on: push\njobs: {}\n" };
  await withServer({ files: strangers }, async (client) => {
    for (const path of Object.keys(strangers)) await client.open(path, undefined, "yaml");
    for (const path of Object.keys(strangers)) {
      for (const [method, params] of requests) {
        const answer = await client.request(method, path, params);
        const empty = answer === null || answer.length === 0 || answer.data?.length === 0;
        assert.ok(empty, `${method}: ${JSON.stringify(answer)}`);
      }
    }
    await pause(150);
    assert.deepEqual(client.statuses, []);
    assert.deepEqual(
      client.requestsFromServer.filter((method) => method.startsWith("mapspace/")),
      [],
    );
  });
});

test("files of other kinds beside a design are read once and forgotten", async () => {
  const store = new DesignStore();
  const read: string[] = [];
  const all = new Map(Object.entries({ ...files, "small/other.yaml": "services: {}\n" }));
  const source = {
    list: async () => [...all.keys()],
    read: async (uri: string) => {
      read.push(uri);
      return all.get(uri) ?? null;
    },
  };
  const neighbours = new Neighbours(store, source, async () => {});
  store.open(map, files[map]);
  await neighbours.complete(map, []);
  await neighbours.complete(map, []);
  assert.equal(new Set(read).size, read.length, "no file is read twice");
  assert.equal(store.file("small/other.yaml"), undefined);
});

test("one parse per version, however many requests there are", async () => {
  await withServer({ files: {} }, async (client) => {
    const before = parseStatistics.parses;
    await client.open("design.yaml", whole);
    await Promise.all(
      [...requests, ...requests].map(([method, params]) =>
        client.request(method, "design.yaml", params).catch(() => null),
      ),
    );
    await client.diagnostics("design.yaml");
    assert.equal(parseStatistics.parses - before, 1);
    await client.change("design.yaml", whole.replace(/M=8/, "M=4"));
    await Promise.all(
      requests.map(([method, params]) => client.request(method, "design.yaml", params).catch(() => null)),
    );
    await client.diagnostics("design.yaml");
    assert.ok(parseStatistics.parses - before <= 2, `${parseStatistics.parses - before} parses`);
  });
});

/** What each of them is told with, so that its owner knows why the rest is missing. */
const told: Record<string, string> = {
  "an alias bomb": "alias-expansion",
  "conflict markers": "merge-conflict",
  "a line of 10 MB": "file-too-large",
  "nesting 100,000 deep": "yaml-too-deep",
  "nothing but brackets": "yaml-syntax",
};
const hostile: Record<string, string> = {
  "an alias bomb": `architecture:\n  a: &a [x, x, x, x, x, x, x, x, x]\n${[..."bcdefghi"].map((c, i) => `  ${c}: &${c} [${`*${"abcdefghi"[i]}, `.repeat(9)}x]`).join("\n")}\nmapping: *i\n`,
  "conflict markers": whole
    .replace(/mapping:/, "<<<<<<< HEAD\nmapping:\n=======\nmapping:\n>>>>>>> other\n")
    .repeat(40),
  "a line of 10 MB": `mapping:\n- {target: DRAM, type: temporal, factors: "${"K=1 ".repeat(2_600_000)}"}\n`,
  "nesting 100,000 deep": `mapping: ${"[".repeat(100_000)}\n`,
  "a file of 20,000 layers": designOf(60_000),
  "nothing but brackets": "mapping: ]]]]}}}}\n}{\n",
};

for (const [name, text] of Object.entries(hostile)) {
  test(`${name} is survived: every request is answered, and the server goes on`, async () => {
    await withServer({ files: {} }, async (client) => {
      await client.open("hostile.yaml", text);
      for (const [method, params] of requests) await client.request(method, "hostile.yaml", params).catch(() => null);
      const diagnostics = await client.diagnostics("hostile.yaml");
      assert.ok(diagnostics.length <= 1000);
      if (name in told) assert.ok(codes(diagnostics).includes(told[name]), String(codes(diagnostics)));
      assert.deepEqual(client.logs, []);
      await client.open("design.yaml", whole);
      assert.ok(codes(await client.diagnostics("design.yaml")).includes("estimate"));
    });
  });
}

test("large files freeze nothing: others are answered while one is being worked on", async () => {
  await withServer({ files: {} }, async (client) => {
    await client.open("design.yaml", whole);
    await client.diagnostics("design.yaml");
    await client.open("large.yaml", designOf(10_000));
    const order: string[] = [];
    const large = client.diagnostics("large.yaml").then(() => order.push("large"));
    await client.request("textDocument/documentSymbol", "design.yaml").then(() => order.push("small"));
    await large;
    assert.deepEqual(order, ["small", "large"]);
  });
});

test("the outline of a large file ends at 5,000 items, and the status says so", async () => {
  await withServer({ files: {} }, async (client) => {
    await client.open("large.yaml", designOf(10_000));
    const count = (symbols: { children?: [] }[]): number =>
      symbols.reduce((sum, { children }) => sum + 1 + count(children ?? []), 0);
    const found = count(await client.request("textDocument/documentSymbol", "large.yaml"));
    assert.ok(found > 4000 && found <= 5000, `${found} symbols`);
    await until("the status", () => client.statuses.length > 0);
    assert.equal(client.statuses.at(-1)?.cut.find(({ what }) => what === "outline")?.after, 5000);
    // Items are counted, not lines.
    const wide = `notes: [${"{a: 1}, ".repeat(2600)}]\n${whole}`;
    await client.open("wide.yaml", wide);
    await client.settled("wide.yaml");
    assert.equal(client.statuses.at(-1)?.cut.find(({ what }) => what === "outline")?.after, 5000);
    await client.open("design.yaml", whole);
    await client.settled("design.yaml");
    assert.deepEqual(client.statuses.at(-1)?.cut, []);
  });
});

test("the status says where folding, colours and problems of a large file end", async () => {
  await withServer({ files: {} }, async (client) => {
    const cuts = async (path: string, text: string) => {
      await client.open(path, text);
      await client.diagnostics(path);
      const last = () => client.statuses.findLast(({ uri }) => uri === client.uri(path));
      await until("the status", () => last() !== undefined);
      return last()?.cut.filter(({ what }) => what !== "outline");
    };
    const ranges = async (path: string) => (await client.request("textDocument/foldingRange", path)).length;
    assert.deepEqual(await cuts("folds.yaml", `${whole}\n${"# a\n# b\n\n".repeat(5001)}`), [
      { what: "folding", after: 5000 },
    ]);
    assert.equal(await ranges("folds.yaml"), 5000);
    const factors = "M=1 N=1 K=1 ".repeat(7000);
    const named = whole.replace("mapping:", `mapping:\n- {target: DRAM, type: temporal, factors: ${factors}}`);
    assert.ok((await cuts("names.yaml", named))?.some(({ what, after }) => what === "colours" && after === 20_000));
    const { data } = await client.request("textDocument/semanticTokens/full", "names.yaml");
    assert.equal(data.length, 5 * 20_000);
    const unknown = Array.from({ length: 1500 }, (_, i) => `- {target: Nope${i}, type: temporal, factors: M=1}\n`);
    assert.deepEqual(await cuts("problems.yaml", whole.replace("mapping:\n", `mapping:\n${unknown.join("")}`)), [
      { what: "problems", after: 1000 },
    ]);
    assert.equal((await client.diagnostics("problems.yaml")).length, 1000);
    assert.deepEqual(await cuts("plain.yaml", whole), []);
  });
});

test("diagnostics leave with their document: close, delete, rename, another language", async () => {
  await withServer({ files, pull: false }, async (client) => {
    const last = (path: string) => client.pushed.findLast((p) => p.uri === client.uri(path))?.diagnostics;
    await client.open(map);
    await until("diagnostics", () => (last(map)?.length ?? 0) > 0);
    // Renamed: editors close the one and open the other.
    await client.close(map);
    await client.disk("small/new.map.yaml", files[map]);
    await client.disk(map, null);
    await client.open("small/new.map.yaml");
    await until("cleared", () => last(map)?.length === 0);
    await until("new diagnostics", () => (last("small/new.map.yaml")?.length ?? 0) > 0);
    // Another language id: closed and opened again with text that is no design.
    await client.close("small/new.map.yaml");
    await client.open("small/new.map.yaml", "no: design\n", "yaml");
    await until("cleared again", () => last("small/new.map.yaml")?.length === 0);
    await pause(150);
    assert.equal(last(map)?.length, 0);
    assert.equal(last("small/new.map.yaml")?.length, 0);
  });
});

test("every problem is told once, to pulling and to pushed clients", async () => {
  for (const pull of [true, false]) {
    await withServer({ files: { "a/design.yaml": whole.replace("M=8", "M=7") }, pull }, async (client) => {
      await client.open("a/design.yaml");
      let found = await client.diagnostics("a/design.yaml").catch(() => []);
      if (!pull) {
        await until("push", () => client.pushed.some((p) => p.diagnostics.length > 0));
        found = client.pushed.findLast((p) => p.uri === client.uri("a/design.yaml"))!.diagnostics;
      }
      const keys = found.map((d) => JSON.stringify([d.code, d.range, d.message]));
      assert.equal(new Set(keys).size, keys.length);
      assert.ok(codes(found).includes("factor-product"));
      if (!pull) return;
      await client.change("a/design.yaml", whole.replace("M=8", "M=6"));
      await client.diagnostics("a/design.yaml");
      await pause(500);
      assert.deepEqual(client.pushed, []);
    });
  }
});

test("the last version wins: an answer is never about an older text", async () => {
  await withServer({ files: {} }, async (client) => {
    const base = designOf(1_500);
    await client.open("design.yaml", base);
    const answers: Promise<{ code?: unknown }[]>[] = [];
    for (let i = 0; i < 8; i++) {
      await client.change("design.yaml", base.replace("R=3", i % 2 === 0 ? "R=5" : "R=3"));
      answers.push(client.diagnostics("design.yaml"));
    }
    await client.change("design.yaml", base.replace("R=3", "R=5"));
    const all = await Promise.all([...answers, client.diagnostics("design.yaml")]);
    assert.ok(codes(all.at(-1)!).includes("factor-product"));
    await client.change("design.yaml", base);
    assert.ok(!codes(await client.diagnostics("design.yaml")).includes("factor-product"));
  });
  await withServer({ files: {}, pull: false }, async (client) => {
    const base = designOf(600);
    await client.open("design.yaml", base);
    for (let i = 0; i < 6; i++) {
      await client.change("design.yaml", base.replace("R=3", i % 2 === 0 ? "R=5" : "R=3"));
      await pause(25);
    }
    await until("the last push", () => client.pushed.at(-1)?.version === 7);
    await pause(200);
    const versions = client.pushed.map((p) => p.version ?? 0);
    assert.deepEqual(
      versions,
      versions.toSorted((a, b) => a - b),
    );
    assert.ok(!codes(client.pushed.at(-1)!.diagnostics).includes("factor-product"));
  });
});

test("lenses and hints do not jump while a text is broken, not even when lines are added", async () => {
  await withServer({ files }, async (client) => {
    const uri = await client.open(map);
    await client.settled(map);
    const text = client.files.get(uri)!;
    const hints = async (mark = "") =>
      (await client.request("textDocument/inlayHint", map, { range: everywhere })).map(
        (hint: { label: string; position: { line: number } }) => {
          assert.ok(hint.label.endsWith(mark), hint.label);
          return { label: hint.label.slice(0, hint.label.length - mark.length), line: hint.position.line };
        },
      );
    const [lensesBefore, hintsBefore] = [await titles(client, map), await hints()];
    assert.ok(hintsBefore.length > 3);
    await client.change(map, `${text}- {target: `);
    assert.deepEqual(await hints(" (stale)"), hintsBefore);
    await titles(client, map);
    // A factor that does not fit takes the hints of all levels with it.
    await client.change(map, text.replace(/K=(\d+)/, "K=7$1"));
    assert.deepEqual(await hints(" (stale)"), hintsBefore);
    await titles(client, map);
    await client.change(map, `${text}- {target: `);
    await hints(" (stale)");
    await titles(client, map);
    await client.change(map, `# a new line\n${text}- {target: `);
    assert.deepEqual(
      await titles(client, map),
      lensesBefore.map((title, index) => (index === 0 ? `(before the error) ${title}` : title)),
    );
    assert.deepEqual(
      await hints(" (stale)"),
      hintsBefore.map((hint: { label: string; line: number }) => ({ ...hint, line: hint.line + 1 })),
    );
    await client.change(map, text);
    assert.deepEqual(await titles(client, map), lensesBefore);
    assert.deepEqual(await hints(), hintsBefore);
  });
});

test("lenses and hints are not asked for anew at every key of a design of two files", async () => {
  await withServer({ files }, async (client) => {
    await client.open("small/arch.yaml");
    const uri = await client.open(map);
    await client.settled(map);
    await pause(300);
    const refreshes = () =>
      client.requestsFromServer.filter((method) => method === "workspace/codeLens/refresh").length;
    const [before, began] = [refreshes(), performance.now()];
    for (let i = 0; i < 30; i++) {
      await client.change(map, `${client.files.get(uri)}# ${i}\n`);
      await pause(5);
    }
    await pause(300);
    const most = 1 + Math.ceil((performance.now() - began) / 250);
    assert.ok(refreshes() > before && refreshes() - before <= most, `${refreshes() - before} of ${most}`);
  });
});

test("a defect in any feature gives a neutral answer and one line in the log", async () => {
  const broken = Object.fromEntries(
    Object.keys(allFeatures).map((name) => [
      name,
      () => {
        throw new Error(`${name} is broken`);
      },
    ]),
  ) as unknown as Features;
  await withServer({ files, features: broken }, async (client) => {
    await client.open(map);
    await client.settled(map);
    for (const [method, params] of requests) {
      const logged = client.logs.length;
      const answer = await client.request(method, map, params);
      assert.ok(answer === null || answer.length === 0 || answer.data?.length === 0, method);
      await until(`a log line of ${method}`, () => client.logs.length > logged);
    }
    assert.ok((await client.diagnostics(map)).length > 0, "what is sound goes on");
  });
});

function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
}

const alive = (refs: readonly WeakRef<object>[]) => refs.filter((ref) => ref.deref() !== undefined).length;

test("memory does not grow with edits: nothing is kept of versions that are gone", async () => {
  const old: WeakRef<object>[] = [];
  const store = new DesignStore();
  const text = designOf(150);
  for (let i = 0; i < 300; i++) {
    store.open("design.yaml", text.replace("R=3", `R=${1 + (i % 5)}`));
    const snapshot = store.snapshot("design.yaml")!;
    if (i < 290) old.push(new WeakRef(snapshot), new WeakRef(snapshot.files[0]));
  }
  await pause(10);
  collectGarbage();
  assert.ok(alive(old) <= 2, `${alive(old)} of ${old.length} old versions are still held`);
});

test("memory does not grow with documents: nothing is kept of those that are closed", async () => {
  const old: WeakRef<object>[] = [];
  const watched = {
    ...allFeatures,
    codeLenses(context: Parameters<Features["codeLenses"]>[0]) {
      if (!context.file.uri.endsWith("/stays.yaml")) old.push(new WeakRef(context.snapshot), new WeakRef(context.file));
      return allFeatures.codeLenses(context);
    },
  };
  await withServer({ files: {}, features: watched }, async (client) => {
    await client.open("stays.yaml", whole);
    const count = 60;
    for (let i = 0; i < count; i++) {
      const path = `untitled:design${i}`;
      await client.open(path, whole);
      assert.ok((await titles(client, path)).length > 0);
      await client.request("textDocument/inlayHint", path, { range: everywhere });
      await client.diagnostics(path);
      await client.close(path);
    }
    assert.ok((await titles(client, "stays.yaml")).length > 0);
    assert.ok(old.length >= 2 * count);
    // The last ones may still be waited for by a status that is due.
    await pause(300);
    collectGarbage();
    await pause(10);
    collectGarbage();
    assert.ok(alive(old) <= 8, `${alive(old)} of ${old.length} snapshots and files of closed documents are still held`);
  });
});

test("in plain YAML documents only what the design means is told, not the syntax once more", async () => {
  await withServer({ files: {} }, async (client) => {
    const text = `${whole}\nproblem:\n  again: 1\n- {\n`;
    await client.open("plain.yaml", text, "yaml");
    await client.open("own.yaml", text, "timeloop");
    const syntax = (found: { code?: unknown }[]) => codes(found).filter((code) => String(code).startsWith("yaml-"));
    assert.deepEqual(syntax(await client.diagnostics("plain.yaml")), []);
    assert.notDeepEqual(syntax(await client.diagnostics("own.yaml")), []);
  });
});

test("untitled documents and files of virtual folders are served alike", async () => {
  await withServer({ files: {} }, async (client) => {
    for (const [name, text] of Object.entries(files)) client.files.set(`vscode-vfs://github/team/repo/${name}`, text);
    const uri = "vscode-vfs://github/team/repo/small/gemm.map.yaml";
    await client.open(uri, files[map]);
    const diagnostics = await client.settled(uri);
    assert.ok(codes(diagnostics).includes("estimate"), JSON.stringify(diagnostics));
    await client.open("untitled:Untitled-1", whole);
    assert.ok(codes(await client.settled("untitled:Untitled-1")).includes("estimate"));
  });
});

test("the same is told whatever the line ends, with a byte order mark and with characters beyond the BMP", async () => {
  const plain: { code: unknown; message: unknown }[][] = [];
  for (const disguise of [
    (text: string) => text,
    (text: string) => text.replaceAll("\n", "\r\n"),
    (text: string) => `\ufeff${text}`,
    (text: string) => `# 😀 𝔘\n${text}`,
  ]) {
    await withServer({ files: {} }, async (client) => {
      await client.open("design.yaml", disguise(whole.replace("M=8", "M=7")));
      plain.push((await client.diagnostics("design.yaml")).map(({ code, message }) => ({ code, message })));
    });
  }
  for (const told of plain) assert.deepEqual(told, plain[0]);
  await withServer({ files: {} }, async (client) => {
    await client.open("map.yaml", "\ufeffmapping:\r\n- {target: DRAM, type: temporal, factors: K=1}\r\n");
    assert.ok(codes(await client.diagnostics("map.yaml")).includes("missing-architecture"), "the first key counts");
  });
});

test("tabs are told at their place", async () => {
  await withServer({ files: {} }, async (client) => {
    await client.open("design.yaml", "mapping:\n- target: DRAM\n\ttype: temporal\n");
    const tab = (await client.diagnostics("design.yaml")).find(({ code }) => code === "yaml-tab");
    assert.equal(tab?.range.start.line, 2);
  });
});
