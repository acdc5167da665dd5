import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import type {
  Candidate,
  DesignOffer,
  RunProgress,
  SearchOptions,
  StartResult,
  WriteParams,
  WriteResult,
} from "../../server/src/features/explorer/protocol.ts";
import {
  controlRequest,
  offerRequest,
  progressNotification,
  startRequest,
  writeRequest,
} from "../../server/src/lsp/search-methods.ts";
import { readSettings } from "../../server/src/lsp/settings.ts";
import { cosearchCatalogue } from "../../server/src/worker/catalogue.ts";
import { repositoryRoot } from "../support/shared.ts";
import { type Client, exampleFiles, until, withServer } from "./harness.ts";

const edp = ({ cost }: Candidate) => cost.energyPj * cost.cycles;

/** A co-search in an example to its end or, with `cancel`, to its first result. */
async function cosearch(
  open: string,
  options: Partial<SearchOptions>,
  work: (found: {
    client: Client;
    uri: string;
    started: NonNullable<StartResult["run"]>;
    last: RunProgress;
    found: RunProgress | undefined;
    write(): Promise<WriteResult>;
    offer(uri: string): Promise<DesignOffer>;
  }) => Promise<void>,
  { files = exampleFiles(open.split("/")[0]), cancel = false } = {},
): Promise<void> {
  await withServer({ files }, async (client) => {
    const progress: RunProgress[] = [];
    client.connection.onNotification(progressNotification, (params: RunProgress) => void progress.push(params));
    const uri = await client.open(open);
    await client.settled(open);
    const ask = <T>(method: string, params: object) => client.connection.sendRequest<T>(method, params);
    const { cosearchDefaults } = await ask<DesignOffer>(offerRequest, { uri });
    const all = { ...cosearchDefaults, evaluations: 150, ...options };
    const { run, refusal } = await ask<StartResult>(startRequest, { uri, run: "a", layer: 0, options: all });
    assert.ok(run, refusal);
    const found = () => progress.findLast(({ network }) => network !== undefined);
    if (cancel) {
      await until("something found", () => found() !== undefined);
      await ask(controlRequest, { run: "a", action: "cancel" });
    }
    await until("the end", () => /done|stopped|failed/.test(progress.at(-1)?.state ?? ""));
    await work({
      client,
      uri,
      started: run,
      last: progress.at(-1)!,
      found: found(),
      write: () => {
        const { architecture, layers } = found()!.network!;
        const mappings = layers.map(({ mapping }, layer) => ({ layer, mapping }));
        const basis = [{ files: run.files, alike: {} }];
        return ask(writeRequest, { uri, found: { architecture, mappings }, basis } satisfies WriteParams);
      },
      offer: (of) => ask(offerRequest, { uri: of }),
    });
    assert.deepEqual(client.logs, []);
  });
}

for (const folder of ["three-level", "eyeriss-like", "gemmini-like-v0.4", "simba-like"]) {
  test(`${folder}: hardware and mapping are written, and then cost what was told`, async () => {
    const options = { evaluations: 600, seconds: null };
    await cosearch(`${folder}/gemm.map.yaml`, options, async ({ client, uri, started, found, write, offer }) => {
      assert.ok(started.cosearch && started.before && found?.best);
      assert.ok(edp(found.best) < edp(started.before), "random hardware is better than the example's");
      const result = await write();
      assert.ok(result.kind === "write", JSON.stringify(result));
      assert.deepEqual(result.creates, []);
      const names = result.changes.map((change) => change.uri.slice(change.uri.lastIndexOf("/") + 1)).sort();
      assert.deepEqual(names, ["arch.yaml", "ert.yaml", "gemm.map.yaml"]);
      for (const { uri: file, text } of result.changes) {
        const before = client.files.get(file)!;
        assert.equal(
          text
            .split("\n")
            .filter((line) => line.startsWith("#"))
            .join(),
          before
            .split("\n")
            .filter((line) => line.startsWith("#"))
            .join(),
        );
        if (file === uri) await client.change(file, text);
        else await client.open(file, text);
      }
      await client.settled(uri);
      const after = await offer(uri);
      assert.deepEqual(after.layers[0].before, found.network!.layers[0]);
      assert.deepEqual(after.layers[0].before?.cost, found.best.cost);
    });
  });
}

test("several layers get files of their own beside the sized hardware", async () => {
  const open = "gemmini-like/bert-projections.map.yaml";
  await cosearch(open, {}, async ({ started, found, write, offer, uri }) => {
    const { layers } = await offer(uri);
    const sum = (pick: (candidate: Candidate) => number) =>
      layers.reduce((total, { count, index }) => total + count * pick(found!.network!.layers[index]), 0);
    assert.equal(
      found!.best!.cost.energyPj,
      sum(({ cost }) => cost.energyPj),
    );
    assert.equal(
      found!.best!.cost.cycles,
      sum(({ cost }) => cost.cycles),
    );
    assert.equal(
      started.before!.cost.cycles,
      layers.reduce((total, { count, before }) => total + count * before!.cost.cycles, 0),
    );
    const result = await write();
    assert.ok(result.kind === "write", JSON.stringify(result));
    assert.equal(result.creates.length, layers.length);
    assert.equal(new Set(result.creates.map((file) => file.uri)).size, layers.length);
    assert.ok(result.changes.some((change) => change.uri.endsWith("/arch.yaml")));
    assert.ok(!result.changes.some((change) => change.uri === uri));
  });
});

test("hardware that is to stay as it is stays", async () => {
  await cosearch("three-level/gemm.map.yaml", { hardware: "fixed" }, async ({ uri, found, write }) => {
    const { hardware } = found!.network!;
    for (const { before, after } of hardware) assert.deepEqual(after, before);
    const result = await write();
    assert.ok(result.kind === "write");
    assert.deepEqual(
      result.changes.map((change) => change.uri),
      [uri],
    );
  });
});

test("sizes that the files cannot be made to say stay, and it says why", async () => {
  const files = exampleFiles("three-level");
  const arch = "three-level/arch.yaml";
  files[arch] = files[arch]
    .replace("- name: Registers", "- name: Registers # four")
    .replace(
      "{depth: 128, width: 16, word_bits: 16, meshX: 4}",
      "&shared {depth: 128, width: 16, word_bits: 16, meshX: 4}",
    )
    .replace(
      "- name: MAC",
      "- name: Accumulators\n          class: regfile\n          attributes: *shared\n        - name: MAC",
    );
  await cosearch(
    "three-level/gemm.map.yaml",
    {},
    async ({ started, found }) => {
      assert.match(started.message ?? "", /Not all of the hardware is sized: .*Registers/);
      const rows = new Map(found!.network!.hardware.map((row) => [row.name, row]));
      assert.equal(rows.get("Registers")!.after.capacityWords, 128);
      assert.notEqual(rows.get("Buffer")!.after.capacityWords, 32_768);
    },
    { files },
  );
});

test("a change of the hardware's file while it ran is not written over", async () => {
  await cosearch("three-level/gemm.map.yaml", {}, async ({ client, write }) => {
    const arch = client.uri("three-level/arch.yaml");
    await client.open(arch, client.files.get(arch)!.replace("depth: 8192", "depth: 4096"));
    const result = await write();
    assert.equal(result.kind, "changed");
    assert.match(result.kind === "changed" ? result.message : "", /arch\.yaml changed/);
  });
});

test("a template is never changed", async () => {
  const open = "three-level-v0.4/top.yaml.jinja2";
  await cosearch(open, { evaluations: 60 }, async ({ started, write }) => {
    assert.match(started.message ?? "", /depth of Buffer is no number that can be changed/);
    const result = await write();
    assert.ok(result.kind === "write");
    assert.deepEqual([result.changes, result.creates.length], [[], 1]);
  });
});

test("a cancelled co-search keeps a design that is whole", async () => {
  await cosearch(
    "three-level/resnet50-conv3x3.map.yaml",
    { evaluations: 10_000_000 },
    async ({ last, found, write }) => {
      assert.equal(last.state, "stopped");
      assert.equal(found!.network!.layers.length, 1);
      assert.equal((await write()).kind, "write");
    },
    { cancel: true },
  );
});

describe("algorithms", () => {
  for (const strategy of cosearchCatalogue) {
    test(`${strategy} finds a design, the same for the same seed`, async () => {
      const found: (Candidate | undefined)[] = [];
      for (let i = 0; i < 2; i++) {
        const options = { strategy, evaluations: 100, seed: 3 };
        await cosearch("three-level/gemm.map.yaml", options, async (result) => void found.push(result.found?.best));
      }
      assert.ok(found[0]);
      assert.deepEqual(found[0], found[1]);
    });
  }

  test("are those of the settings", () => {
    const { contributes } = JSON.parse(readFileSync(join(repositoryRoot, "package.json"), "utf8"));
    const properties = Object.assign(
      {},
      ...contributes.configuration.map(({ properties }: { properties: object }) => properties),
    );
    const algorithms: string[] = properties["mapspace.cosearch.algorithm"].enum;
    const chosen = (cosearch: object) => readSettings({ cosearch }, (path) => path).cosearch;
    const strategies = algorithms.map((algorithm) => chosen({ algorithm }).strategy);
    assert.deepEqual(strategies, [...cosearchCatalogue]);
    for (const hardware of properties["mapspace.cosearch.hardware"].enum) {
      assert.equal(chosen({ hardware }).hardware, hardware);
    }
    assert.equal(chosen({ hardware: "none", algorithm: 3 }).hardware, "all");
  });
});
