import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { allFeatures } from "../../server/src/lsp/handlers.ts";
import { type ReadFileParams, readFileRequest } from "../../server/src/lsp/protocol.ts";
import { repositoryRoot } from "../support/shared.ts";
import { type Client, exampleFiles, root, until, withServer } from "./harness.ts";

const eyeriss = exampleFiles("eyeriss-like");
const map = "eyeriss-like/resnet50-conv3x3.map.yaml";

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const codes = (diagnostics: { code?: unknown }[]) => diagnostics.map(({ code }) => code);
const lensTitles = async (client: Client, path: string): Promise<string[]> =>
  (await client.request("textDocument/codeLens", path)).map(
    (lens: { command: { title: string } }) => lens.command.title,
  );

test("opening a mapping shows what it costs, without any set-up", async () => {
  await withServer({ files: eyeriss }, async (client) => {
    await client.open(map);
    const diagnostics = await client.settled(map);
    assert.equal(diagnostics.filter(({ severity }) => severity === 1).length, 0);
    const estimate = diagnostics.find(({ code }) => code === "estimate");
    assert.match(String(estimate?.message), /688,128 cycles/);
    assert.match((await lensTitles(client, map)).join(" "), /688,128 cycles/);
    assert.deepEqual(client.logs, []);
  });
});

test("the first answer rests on all files, though the language changes while they are being read", async () => {
  await withServer({ files: eyeriss }, async (client) => {
    const reads = new Map<string, number>();
    client.connection.onRequest(readFileRequest, async ({ uri }: ReadFileParams) => {
      const read = (reads.get(uri) ?? 0) + 1;
      reads.set(uri, read);
      // The first reading ends after the document was opened anew and before the second one has its problem.
      if (read === 1 && uri.endsWith("/ert.yaml")) await pause(200);
      if (read === 2 && uri.endsWith("/resnet50-conv3x3.yaml")) await pause(600);
      return client.files.get(uri) ?? null;
    });
    await client.open(map, undefined, "yaml");
    await until("the energy tables to be read", () => reads.has(client.uri("eyeriss-like/ert.yaml")));
    await client.close(map);
    await client.open(map);
    await pause(300);
    assert.match((await lensTitles(client, map)).join(" "), /688,128 cycles.*554.8 µJ/);
  });
});

test("an edit changes the estimate, and a mistake is told at its place", async () => {
  await withServer({ files: eyeriss }, async (client) => {
    const uri = await client.open(map);
    await client.settled(map);
    const text = client.files.get(uri)!;
    const broken = text.replace(/K=(\d+)/, "K=77");
    assert.notEqual(broken, text);
    await client.change(map, broken);
    const diagnostics = await client.diagnostics(map);
    assert.ok(codes(diagnostics).includes("factor-product"));
    await client.change(map, text);
    assert.ok(!codes(await client.diagnostics(map)).includes("factor-product"));
  });
});

test("a client that cannot pull is pushed to, and nobody gets both", async () => {
  await withServer({ files: eyeriss, pull: false }, async (client) => {
    const uri = await client.open(map);
    await until("pushed estimate", () =>
      client.pushed.some((p) => p.uri === uri && codes(p.diagnostics).includes("estimate")),
    );
    await client.close(map);
    await until(
      "cleared diagnostics",
      () => client.pushed.at(-1)?.uri === uri && client.pushed.at(-1)?.diagnostics.length === 0,
    );
  });
  await withServer({ files: eyeriss, pull: true }, async (client) => {
    await client.open(map);
    await client.settled(map);
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.deepEqual(client.pushed, []);
  });
});

test("a pull with nothing new is answered “unchanged”", async () => {
  await withServer({ files: eyeriss }, async (client) => {
    await client.open(map);
    await client.settled(map);
    const first = await client.request("textDocument/diagnostic", map);
    const again = await client.request("textDocument/diagnostic", map, { previousResultId: first.resultId });
    assert.equal(again.kind, "unchanged");
  });
});

test("files that do not concern us are left alone", async () => {
  await withServer({ files: { "compose.yaml": "services:\n  web: {image: x}\n" } }, async (client) => {
    await client.open("compose.yaml", undefined, "yaml");
    assert.deepEqual(await client.diagnostics("compose.yaml"), []);
    assert.equal(
      await client.request("textDocument/hover", "compose.yaml", { position: { line: 0, character: 2 } }),
      null,
    );
    assert.deepEqual(
      client.requestsFromServer.filter((method) => method.startsWith("mapspace/")),
      [],
    );
  });
});

test("on broken text the lenses stay, in number and order, and the first is marked stale", async () => {
  await withServer({ files: eyeriss }, async (client) => {
    const uri = await client.open(map);
    await client.settled(map);
    const good = await lensTitles(client, map);
    await client.change(map, `${client.files.get(uri)}\n- {target: `);
    const stale = await lensTitles(client, map);
    const [first, ...others] = good;
    assert.ok(others.includes("Optimize…"));
    assert.deepEqual(stale, [`(before the error) ${first}`, ...others]);
  });
});

test("above the mapping, optimizing comes first among the actions, and once", async () => {
  await withServer({ files: eyeriss }, async (client) => {
    const uri = await client.open(map);
    await client.settled(map);
    const line = client.files.get(uri)!.split("\n").indexOf("mapping:");
    const at = { line, character: 2 };
    const offered = async (only?: string[]): Promise<string[]> =>
      (
        await client.request("textDocument/codeAction", map, {
          range: { start: at, end: at },
          context: { diagnostics: [], only },
        })
      ).map(({ title }: { title: string }) => title);
    const all = await offered();
    assert.equal(all[0], "Optimize this layer");
    assert.equal(new Set(all).size, all.length, String(all));
    assert.ok((await offered(["refactor"])).includes("Optimize this layer"));
  });
});

test("a change of the architecture on disk reaches the open mapping", async () => {
  await withServer({ files: eyeriss }, async (client) => {
    await client.open(map);
    await client.settled(map);
    const before = await lensTitles(client, map);
    const ert = "eyeriss-like/ert.yaml";
    const text = eyeriss[ert].replace(/energy: ([\d.]+)/g, (_, energy) => `energy: ${Number(energy) * 2}`);
    await client.disk(ert, text);
    await until("another estimate", async () => String(await lensTitles(client, map)) !== String(before));
    await until("refresh", () => client.requestsFromServer.includes("workspace/codeLens/refresh"));
    await client.disk("eyeriss-like/arch.yaml", null);
    await until("missing architecture", () => client.statuses.at(-1)?.summary.startsWith("no architecture") === true);
  });
});

test("a deleted or closed document leaves nothing behind", async () => {
  await withServer({ files: eyeriss, pull: false }, async (client) => {
    const uri = await client.open(map);
    await until("diagnostics", () => client.pushed.some((p) => p.diagnostics.length > 0));
    await client.disk(map, null);
    await client.close(map);
    await until("cleared", () => client.pushed.findLast((p) => p.uri === uri)?.diagnostics.length === 0);
  });
});

test("the code of a problem leads to its line in the page that comes with the server, pulled or pushed", async () => {
  const page = readFileSync(join(repositoryRoot, "docs/problems.md"), "utf8").split("\n");
  for (const pull of [true, false]) {
    await withServer({ files: eyeriss, pull, links: true }, async (client) => {
      const uri = await client.open(map);
      const pushed = () => client.pushed.findLast((p) => p.uri === uri)?.diagnostics ?? [];
      if (!pull) await until("pushed estimate", () => codes(pushed()).includes("estimate"));
      const told = pull ? await client.settled(map) : pushed();
      assert.ok(told.length > 0);
      for (const { code, codeDescription } of told) {
        const [, line] = /^file:\/\/\/server\/docs\/problems\.md#L(\d+)$/.exec(codeDescription?.href ?? "") ?? [];
        assert.ok(page[Number(line) - 1].includes(`<a id="${code}">`), `${code} leads to line ${line}`);
      }
    });
  }
  const unlinked = (diagnostics: { codeDescription?: unknown }[]) =>
    diagnostics.length > 0 && diagnostics.every(({ codeDescription }) => codeDescription === undefined);
  await withServer({ files: eyeriss }, async (client) => {
    await client.open(map);
    assert.ok(unlinked(await client.settled(map)), "only where the client shows it");
  });
  const problemsPage = async () => {
    throw new Error("no such file");
  };
  await withServer({ files: eyeriss, links: true, host: { problemsPage } }, async (client) => {
    await client.open(map);
    assert.ok(unlinked(await client.settled(map)), "without the page the problems are told all the same");
  });
});

test("untitled documents get everything that needs no other file", async () => {
  await withServer({}, async (client) => {
    const whole = ["arch.yaml", "ert.yaml", "gemm.yaml", "gemm.map.yaml"]
      .map((name) => eyeriss[`eyeriss-like/${name}`])
      .join("\n");
    await client.open("untitled:Untitled-1", whole);
    const diagnostics = await client.settled("untitled:Untitled-1");
    assert.ok(codes(diagnostics).includes("estimate"), JSON.stringify(diagnostics));
  });
});

test("a template is evaluated as what it includes, and an include that changes is noticed", async () => {
  const folder = exampleFiles("three-level-v0.4");
  await withServer({ files: folder }, async (client) => {
    const top = "three-level-v0.4/top.yaml.jinja2";
    await client.open(top);
    await client.settled(top);
    const before = await lensTitles(client, top);
    assert.match(before.join(), /cycles/);
    const mapping = Object.keys(folder).find((name) => name.endsWith("resnet50-conv3x3.map.yaml"))!;
    await client.open(mapping);
    const text = client.files.get(client.uri(mapping))!;
    const other = text.replace(/permutation: (\[?)(\w), ?(\w)/, "permutation: $1$3, $2");
    assert.notEqual(other, text);
    await client.change(mapping, other);
    const after = await lensTitles(client, top);
    assert.match(after.join(), /cycles/);
    assert.notDeepEqual(after, before);
  });
});

test("the nearest files are taken, also while another design is open", async () => {
  const own = Object.fromEntries(
    ["arch", "ert", "gemm", "gemm.map"].map((name) => {
      const text = eyeriss[`eyeriss-like/${name}.yaml`].replace(/^# mapspace:.*$/m, "");
      return [name, text] as const;
    }),
  );
  const files = {
    "other/arch.yaml": own.arch.replace("GlobalBuffer", "Elsewhere"),
    "other/gemm.yaml": own.gemm,
    "other/map.yaml": own["gemm.map"].replaceAll("GlobalBuffer", "Elsewhere"),
    "exercise/arch/arch.yaml": own.arch,
    "exercise/prob/gemm.yaml": own.gemm,
    "exercise/map/map.yaml": own["gemm.map"],
  };
  await withServer({ files }, async (client) => {
    await client.open("other/map.yaml");
    await client.settled("other/map.yaml");
    await client.open("exercise/map/map.yaml");
    await client.settled("exercise/map/map.yaml");
    const status = client.statuses.findLast(({ uri }) => uri === client.uri("exercise/map/map.yaml"));
    assert.deepEqual(status?.parts.map(({ uri }) => uri).sort(), [
      client.uri("exercise/arch/arch.yaml"),
      client.uri("exercise/map/map.yaml"),
      client.uri("exercise/prob/gemm.yaml"),
    ]);
  });
});

test("what is still being read is not missing: nothing is said of it before, and then everything", async () => {
  for (const there of [true, false]) {
    const files = there ? eyeriss : { [map]: eyeriss[map] };
    await withServer({ files }, async (client) => {
      let go = () => {};
      client.listing = new Promise((resolve) => {
        go = () => resolve();
      });
      await client.open(map);
      const early = await client.request("textDocument/diagnostic", map);
      assert.deepEqual(codes(early.items.filter(({ severity }: { severity: number }) => severity === 1)), []);
      assert.deepEqual(client.statuses, []);
      go();
      await until("a refresh", () => client.requestsFromServer.includes("workspace/diagnostic/refresh"));
      const late = await client.request("textDocument/diagnostic", map, { previousResultId: early.resultId });
      assert.equal(late.kind, "full");
      assert.equal(codes(late.items).includes("estimate"), there);
      assert.equal(codes(late.items).includes("missing-architecture"), !there);
    });
  }
});

test("rename reaches every file of the design", async () => {
  await withServer({ files: eyeriss }, async (client) => {
    const uri = await client.open(map);
    await client.settled(map);
    const text = client.files.get(uri)!;
    const offset = text.indexOf("target: GlobalBuffer") + 10;
    const lines = text.slice(0, offset).split("\n");
    const position = { line: lines.length - 1, character: lines.at(-1)!.length };
    const edit = await client.request("textDocument/rename", map, { position, newName: "Shared" });
    const files = Object.keys(edit.changes).sort();
    assert.ok(files.includes(`${root}/eyeriss-like/arch.yaml`));
    assert.ok(files.includes(`${root}/eyeriss-like/ert.yaml`));
    for (const [file, edits] of Object.entries<{ range: { start: { line: number; character: number } } }[]>(
      edit.changes,
    )) {
      for (const { range } of edits) {
        const line = client.files.get(file)!.split("\n")[range.start.line];
        assert.ok(line.slice(range.start.character).startsWith("GlobalBuffer"), `${file}: ${line}`);
      }
    }
    await assert.rejects(
      client.request("textDocument/rename", map, { position, newName: "DRAM" }),
      /already a component/,
    );
  });
});

for (const name of ["output/accelergy.ERT.yaml", "timeloop-mapper.ERT.yaml", "out/timeloop-model.ERT.yaml"]) {
  test(`energy tables that lie near are offered, and read once the design names them: ${name}`, async () => {
    const { "eyeriss-like/ert.yaml": table, ...others } = eyeriss;
    const files = { ...others, [`eyeriss-like/${name}`]: table };
    await withServer({ files }, async (client) => {
      const uri = await client.open(map);
      const diagnostics = await client.settled(map);
      const offer = diagnostics.find(({ code }) => code === "tables-at-hand");
      assert.ok(offer, String(codes(diagnostics)));
      const actions = await client.request("textDocument/codeAction", map, {
        range: offer.range,
        context: { diagnostics: [offer], only: ["quickfix"] },
      });
      const action = actions.find(({ title }: { title: string }) =>
        title.includes(name.slice(name.lastIndexOf("/") + 1)),
      );
      const [edit] = action.edit.changes[uri];
      const lines = client.files.get(uri)!.split("\n");
      const { line, character } = edit.range.start;
      lines[line] = lines[line].slice(0, character) + edit.newText + lines[line].slice(character);
      await client.change(map, lines.join("\n"));
      let after = await client.diagnostics(map);
      for (let round = 0; round < 500 && codes(after).includes("tables-at-hand"); round++) {
        await new Promise((resolve) => setTimeout(resolve, 10));
        after = await client.diagnostics(map);
      }
      assert.ok(!codes(after).includes("tables-at-hand"), String(codes(after)));
      assert.match(String(after.find(({ code }) => code === "estimate")?.message), /688,128 cycles/);
    });
  });
}

test("a cancelled request is answered as cancelled, and its work is not begun", async () => {
  let hovers = 0;
  const features = {
    ...allFeatures,
    hover(...args: Parameters<typeof allFeatures.hover>) {
      hovers++;
      return allFeatures.hover(...args);
    },
  };
  await withServer({ files: eyeriss, features }, async (client) => {
    await client.open(map);
    await client.settled(map);
    const { CancellationTokenSource } = await import("vscode-languageserver/node");
    const source = new CancellationTokenSource();
    const answer = client.connection.sendRequest(
      "textDocument/hover",
      { textDocument: { uri: client.uri(map) }, position: { line: 8, character: 4 } },
      source.token,
    );
    source.cancel();
    await assert.rejects(answer, /cancel/i);
    assert.equal(hovers, 0);
  });
});
