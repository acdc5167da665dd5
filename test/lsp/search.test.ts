import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { CodeAction } from "vscode-languageserver-types";
import { fingerprint } from "../../server/src/features/explorer/fingerprint.ts";
import type {
  Basis,
  CandidateView,
  DesignOffer,
  Mapping,
  NewFile,
  Run,
  RunProgress,
  SearchOptions,
  StartResult,
  WriteParams,
  WriteResult,
} from "../../server/src/features/explorer/protocol.ts";
import {
  compareRequest,
  controlRequest,
  offerRequest,
  progressNotification,
  startRequest,
  viewRequest,
  writeRequest,
} from "../../server/src/lsp/search-methods.ts";
import { defaultSearch } from "../../server/src/lsp/search-settings.ts";
import { catalogue } from "../../server/src/worker/catalogue.ts";
import { repositoryRoot } from "../support/shared.ts";
import { type Client, exampleFiles, until, withServer } from "./harness.ts";

const map = "three-level/gemm.map.yaml";
/** A layer small enough to be searched to the end, mapped as badly as can be. */
const files: Record<string, string> = {
  ...exampleFiles("three-level"),
  "three-level/gemm.yaml": exampleFiles("three-level")["three-level/gemm.yaml"].replace(
    /instance:.*/,
    "instance: {M: 4, N: 4, K: 8}",
  ),
  [map]: `# mapspace: architecture=arch.yaml problem=gemm.yaml
mapping:
- target: DRAM     # all of it
  type: temporal
  factors: M=4 N=4 K=8
  permutation: KNM
- target: Buffer
  type: temporal
  factors: M=1 N=1 K=1
  permutation: MNK
`,
};

interface Explorer {
  client: Client;
  uri: string;
  offer: DesignOffer;
  progress: RunProgress[];
  start(run: string, options?: Partial<SearchOptions>): Promise<StartResult>;
  ended(run: string): Promise<RunProgress>;
  write(run: Run, best: RunProgress["best"], alike?: Basis["alike"]): Promise<WriteResult>;
}

const wanted = (uri: string, layer: number, mapping: Mapping, { files, alike }: Partial<Basis>): WriteParams => ({
  uri,
  found: { mappings: [{ layer, mapping }] },
  basis: [{ files: files!, alike: alike ?? {} }],
});

async function withExplorer(
  work: (explorer: Explorer) => Promise<void>,
  { files: own = files, open = map }: { files?: Record<string, string>; open?: string } = {},
): Promise<void> {
  await withServer({ files: own }, async (client) => {
    const progress: RunProgress[] = [];
    client.connection.onNotification(progressNotification, (params: RunProgress) => void progress.push(params));
    const uri = await client.open(open);
    await client.settled(open);
    const ask = <T>(method: string, params: object) => client.connection.sendRequest<T>(method, params);
    const offer = await ask<DesignOffer>(offerRequest, { uri });
    await work({
      client,
      uri,
      offer,
      progress,
      start: (run, options) => ask(startRequest, { uri, run, layer: 0, options: { ...offer.defaults, ...options } }),
      ended: async (run) => {
        const last = () => progress.findLast((p) => p.run === run);
        await until(`the end of ${run}`, () => /done|stopped|failed/.test(last()?.state ?? ""));
        return last()!;
      },
      write: (run, best, alike = {}) => ask(writeRequest, wanted(uri, 0, best!.mapping, { files: run.files, alike })),
    });
    assert.deepEqual(client.logs, []);
  });
}

const best = (progress: readonly RunProgress[], run: string) =>
  progress.findLast((p) => p.run === run && p.best !== undefined)?.best;

test("a search is offered what the files allow, and its result is written into the mapping alone", async () => {
  await withExplorer(async ({ client, uri, offer, progress, start, ended, write }) => {
    assert.equal(offer.obstacle, null);
    assert.equal(offer.mappingUri, uri);
    assert.ok(offer.strategies.length > 0);
    const { run } = await start("a", { strategy: "local", evaluations: 4000 });
    assert.ok(run?.before);
    const end = await ended("a");
    assert.equal(end.state, "done");
    const found = best(progress, "a")!;
    const edp = ({ cost }: { cost: { cycles: number; energyPj: number } }) => cost.cycles * cost.energyPj;
    assert.ok(edp(found) <= edp(run.before));
    const result = await write(run, found);
    assert.ok(result.kind === "write");
    assert.deepEqual(result.creates, []);
    const [change, ...others] = result.changes;
    assert.deepEqual([change.uri, others], [uri, []]);
    await client.change(map, change.text);
    const view = await client.connection.sendRequest<CandidateView>(viewRequest, {
      uri,
      layer: 0,
      mapping: found.mapping,
      architecture: null,
    });
    const after = await client.connection.sendRequest<DesignOffer>(offerRequest, { uri });
    assert.deepEqual(after.layers[0].before?.cost, found.cost);
    assert.deepEqual(view.cost, found.cost);
    assert.deepEqual(view.violations, []);
  });
});

test("a file that changed meanwhile is not written to", async () => {
  await withExplorer(async ({ client, progress, start, ended, write, uri }) => {
    const { run } = await start("a", { strategy: "local", evaluations: 4000 });
    await ended("a");
    await client.change(map, `${client.files.get(uri)}\n# a remark\n`);
    const result = await write(run!, best(progress, "a"));
    assert.equal(result.kind, "changed");
    assert.match(result.kind === "changed" ? result.message : "", /gemm\.map\.yaml changed/);
  });
});

test("a mapping that was written changes nothing for other results, nor does its undo; any other edit does", async () => {
  await withExplorer(async ({ client, progress, start, ended, write, uri }) => {
    const original = client.files.get(uri)!;
    const { run } = await start("a", random);
    await ended("a");
    const first = await write(run!, best(progress, "a"));
    assert.ok(first.kind === "write");
    const [{ before, text }] = first.changes;
    assert.equal(before, run!.files[uri]);
    await client.change(map, text);
    const alike = { [uri]: [before, fingerprint(text)] };
    assert.equal((await write(run!, best(progress, "a"))).kind, "changed", "not said to be alike");
    assert.equal((await write(run!, best(progress, "a"), alike)).kind, "write");
    const { run: later } = await start("b", random);
    await ended("b");
    await client.change(map, original);
    assert.equal((await write(run!, best(progress, "a"), alike)).kind, "write");
    assert.equal((await write(later!, best(progress, "b"), alike)).kind, "write");
    await client.change(map, `# a remark\n${original}`);
    assert.equal((await write(run!, best(progress, "a"), alike)).kind, "changed");
  });
});

test("a cancelled search keeps what it had found", async () => {
  await withExplorer(async ({ client, progress, start, ended }) => {
    // A search without limits: only cancelling ends it.
    await start("a", { strategy: "random", mapspace: "ruby", evaluations: null, seconds: null });
    await until("something found", () => best(progress, "a") !== undefined);
    await client.connection.sendRequest(controlRequest, { run: "a", action: "cancel" });
    const end = await ended("a");
    assert.equal(end.state, "stopped");
    assert.ok(best(progress, "a"), "what was found is kept");
    const count = progress.length;
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.equal(progress.length, count, "nothing is heard after the end");
  });
});

test("a budget of evaluations ends a search, and equal seeds give equal results", async () => {
  await withExplorer(async ({ progress, start, ended }) => {
    const options = { strategy: "random", evaluations: 500 };
    await start("a", options);
    await start("b", options);
    const [a, b] = [await ended("a"), await ended("b")];
    assert.equal(a.evaluations, b.evaluations);
    assert.deepEqual(best(progress, "a"), best(progress, "b"));
  });
});

const random = { strategy: "random", mapspace: "pfm" as const, evaluations: 3000 };

/** The one file that a result is written to anew. */
function created(result: WriteResult): NewFile {
  assert.ok(result.kind === "write", JSON.stringify(result));
  assert.deepEqual([result.changes, result.creates.length], [[], 1]);
  return result.creates[0];
}

test("without a mapping, the result becomes a new file that names its design", async () => {
  const { [map]: _, "three-level/resnet50-conv3x3.map.yaml": _other, ...rest } = files;
  const problem = "three-level/gemm.yaml";
  await withExplorer(
    async ({ client, offer, progress, start, ended, write, uri }) => {
      assert.equal(offer.mappingUri, null);
      assert.equal(offer.layers[0].before, null);
      const { run } = await start("a", random);
      await ended("a");
      const result = await write(run!, best(progress, "a"));
      const file = created(result);
      assert.equal(file.uri, uri.replace("gemm.yaml", "gemm.map.yaml"));
      assert.match(file.text, /^# mapspace: architecture=arch\.yaml problem=gemm\.yaml\nmapping:\n/);
      const opened = await client.open("three-level/gemm.map.yaml", file.text);
      await client.settled("three-level/gemm.map.yaml");
      const after = await client.connection.sendRequest<DesignOffer>(offerRequest, { uri: opened });
      assert.deepEqual(after.layers[0].before?.cost, best(progress, "a")?.cost);
    },
    { files: rest, open: problem },
  );
});

test("a layer of several gets a file of its own, for that layer", async () => {
  const open = "gemmini-like/bert-projections.map.yaml";
  await withExplorer(
    async ({ client, offer, progress, ended, uri }) => {
      assert.ok(offer.layers.length > 1);
      assert.equal(offer.mappingUri, null);
      const options = { ...offer.defaults, ...random };
      const started: StartResult = await client.connection.sendRequest(startRequest, {
        uri,
        run: "a",
        layer: 1,
        options,
      });
      await ended("a");
      const { mapping } = best(progress, "a")!;
      const params = wanted(uri, 1, mapping, started.run!);
      const file = created(await client.connection.sendRequest<WriteResult>(writeRequest, params));
      assert.match(file.text, new RegExp(`layer="?${offer.layers[1].name}"?\\n`));
      const opened = await client.open(file.uri, file.text);
      await client.settled(file.uri);
      const after = await client.connection.sendRequest<DesignOffer>(offerRequest, { uri: opened });
      assert.equal(after.layers.length, 1);
      assert.equal(after.layers[0].name, offer.layers[1].name);
      assert.deepEqual(after.layers[0].before?.cost, best(progress, "a")?.cost);
    },
    { files: exampleFiles("gemmini-like"), open },
  );
});

test("files written for the layers of a network do not stand in each other's way", async () => {
  const { "gemmini-like/bert-projections.map.yaml": _, ...rest } = exampleFiles("gemmini-like");
  const { "gemmini-like/gemm.map.yaml": _gemm, "gemmini-like/resnet50-conv3x3.map.yaml": _conv, ...files } = rest;
  await withExplorer(
    async ({ client, offer, progress, ended, uri }) => {
      const options = { ...offer.defaults, ...random };
      for (const run of ["0", "1"]) {
        const layer = Number(run);
        await client.connection.sendRequest<StartResult>(startRequest, { uri, run, layer, options });
        await ended(run);
      }
      for (const run of ["0", "1"]) {
        const { mapping } = best(progress, run)!;
        const params = wanted(uri, Number(run), mapping, offer);
        const file = created(await client.connection.sendRequest<WriteResult>(writeRequest, params));
        await client.open(file.uri, file.text);
        await client.settled(file.uri);
      }
    },
    { files, open: "gemmini-like/bert-projections.yaml" },
  );
});

test("the mapping of another file is costed on this design", async () => {
  const other = "three-level/other.map.yaml";
  const files = exampleFiles("three-level");
  const own = { ...files, [other]: files[map].replace("permutation: KNM", "permutation: NKM") };
  await withExplorer(
    async ({ client, uri, offer }) => {
      const compare = (file: string): Promise<StartResult> =>
        client.connection.sendRequest(compareRequest, { uri, run: "c", layer: 0, other: client.uri(file) });
      const { run } = await compare(other);
      assert.ok(run?.best);
      assert.notDeepEqual(run.best.cost, offer.layers[0].before?.cost);
      assert.equal(run.label, "other.map.yaml");
      assert.match((await compare("three-level/arch.yaml")).refusal ?? "", /no mapping/);
      assert.match((await compare("three-level/none.yaml")).refusal ?? "", /cannot be read/);
      assert.match((await compare("three-level/resnet50-conv3x3.map.yaml")).refusal ?? "", /another layer/);
    },
    { files: own },
  );
});

test("the settings offer every strategy there is", () => {
  const { contributes } = JSON.parse(readFileSync(join(repositoryRoot, "package.json"), "utf8"));
  const groups: { properties: Record<string, { enum?: string[] }> }[] = contributes.configuration;
  const offered = groups.flatMap(({ properties }) => properties["mapspace.search.strategy"]?.enum ?? []);
  assert.deepEqual([...offered].sort(), catalogue.map(({ id }) => id as string).sort());
  assert.ok(offered.includes(defaultSearch.strategy));
});

test("what cannot be searched is refused in words", async () => {
  await withExplorer(async ({ client, start, uri }) => {
    assert.match((await start("a", { strategy: "magic" })).refusal ?? "", /no strategy/);
    await client.connection.sendNotification("textDocument/didOpen", {
      textDocument: { uri: "file:///elsewhere/x.map.yaml", languageId: "timeloop", version: 1, text: "mapping: []\n" },
    });
    const view = await client.connection.sendRequest(viewRequest, {
      uri,
      layer: 7,
      mapping: { levels: [] },
      architecture: null,
    });
    assert.equal(view, null);
  });
});

test("code actions start the searches beside that of the settings", async () => {
  const offered = async (client: Client) => {
    const place = { line: files[map].split("\n").indexOf("mapping:"), character: 2 };
    const params = { range: { start: place, end: place }, context: { diagnostics: [] } };
    const actions: CodeAction[] = await client.request("textDocument/codeAction", map, params);
    return actions.filter(({ command }) => command?.command === "mapspace.optimizeLayer");
  };
  const exact = ["", " (exact, Ruby-S factors)", " (gradient)", " (geometric programming)"];
  await withExplorer(async ({ client, start, ended, progress }) => {
    const actions = await offered(client);
    assert.deepEqual(
      actions.map(({ title }) => title),
      exact.map((more) => `Optimize this layer${more}`),
    );
    for (const { command } of actions.slice(1)) {
      const [, layer, strategy, mapspace] = command?.arguments ?? [];
      assert.equal(layer, 0);
      const run = `${strategy} ${mapspace}`;
      const { run: begun } = await start(run, { strategy, mapspace, evaluations: 300 });
      assert.deepEqual([begun?.options?.strategy, begun?.options?.mapspace], [strategy, mapspace]);
      assert.equal((await ended(run)).state, "done");
      assert.ok(best(progress, run), run);
    }
  });
  const settings = { search: { strategy: "gradient" } };
  await withServer({ files, settings }, async (client) => {
    await client.open(map);
    await client.settled(map);
    const titles = (await offered(client)).map(({ title }) => title);
    const others = [" (exact, perfect factors)", " (exact, Ruby-S factors)", " (geometric programming)"];
    assert.deepEqual(
      titles,
      ["", ...others].map((more) => `Optimize this layer${more}`),
    );
  });
});

test("code that is loaded on demand and cannot be: the request says so, the rest works, and the next one tries again", async () => {
  let missing = true;
  const onDemand = await import("../../server/src/ondemand.ts");
  const loadOnDemand = async () => {
    if (missing) throw new Error("no such script");
    return onDemand;
  };
  await withServer({ files, host: { loadOnDemand } }, async (client) => {
    const uri = await client.open(map);
    await client.settled(map);
    const ask = () => client.connection.sendRequest<DesignOffer | null>(offerRequest, { uri });
    await assert.rejects(ask, /no such script/);
    assert.ok((await client.request("textDocument/codeLens", map)).length > 0);
    assert.match(client.logs.join("\n"), /was not loaded: Error: no such script/);
    missing = false;
    assert.equal((await ask())?.uri, uri);
  });
});

test("a paused search leaves its place to one that waits, and waits for its turn when it shall go on", async () => {
  await withExplorer(async ({ client, progress, start, ended }) => {
    const control = (run: string, action: string) => client.connection.sendRequest(controlRequest, { run, action });
    const state = (run: string) => progress.findLast((p) => p.run === run)?.state;
    const becomes = (run: string, wanted: string) => until(`${run} ${wanted}`, () => state(run) === wanted);
    const endless = { strategy: "random", mapspace: "ruby" as const, evaluations: null, seconds: null };
    for (const run of ["a", "b", "c"]) await start(run, endless);
    await becomes("a", "running");
    await becomes("b", "running");
    await control("a", "pause");
    await becomes("a", "paused");
    await becomes("c", "running");
    await control("a", "resume");
    await becomes("a", "waiting");
    await control("b", "cancel");
    await becomes("a", "running");
    for (const run of ["a", "c"]) await control(run, "cancel");
    for (const run of ["a", "b", "c"]) assert.equal((await ended(run)).state, "stopped");
  });
});
