import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { CodeLens, Hover } from "vscode-languageserver-types";
import type { DesignOffer, RunProgress, StartResult } from "../../server/src/features/explorer/protocol.ts";
import { offerRequest, progressNotification, startRequest } from "../../server/src/lsp/search-methods.ts";
import { constantLatencyModel } from "../support/latency-model.ts";
import { repositoryRoot } from "../support/shared.ts";
import { type Client, until, withServer } from "./harness.ts";

const folder = join(repositoryRoot, "examples/three-level");
const map = "three-level/gemm.map.yaml";
/** A model that expects so many times the analytical cycles. */
function model(times: number, levels = 3): string {
  const known = { levels: ["a", "b", "c", "d"].slice(0, levels), meshX: 4, meshY: 4, dimensions: ["M", "N", "K"] };
  return JSON.stringify(constantLatencyModel(known, times));
}

async function withModel(text: string | null, work: (client: Client) => Promise<void>): Promise<void> {
  const files = Object.fromEntries(
    readdirSync(folder)
      .filter((name) => /^(arch|ert|gemm)/.test(name))
      .map((name) => [`three-level/${name}`, readFileSync(join(folder, name), "utf8")]),
  );
  if (text !== null) files["models/rtl.json"] = text;
  await withServer({ files, settings: { latencyModel: "models/rtl.json" } }, async (client) => {
    await client.open(map);
    await client.settled(map);
    await work(client);
    assert.deepEqual(client.logs, []);
  });
}

const messages = async (client: Client, code: string) =>
  (await client.diagnostics(map)).filter((found) => found.code === code).map(({ message }) => String(message));

test("estimates show analytical and learned cycles, each with its typical error", async () => {
  await withModel(model(3), async (client) => {
    const [estimate] = await messages(client, "estimate");
    const [, analytical, learned] =
      /analytical ([\d,]+) \(×\/÷ 4\.00\) \/ learned ([\d,]+) \(×\/÷ 1\.50\)/.exec(estimate) ?? [];
    const number = (text: string) => Number(text.replaceAll(",", ""));
    assert.equal(number(learned), 3 * number(analytical), estimate);
    assert.deepEqual(await messages(client, "latency-model"), []);
    const both = `analytical ${analytical} (×/÷ 4.00) / learned ${learned} (×/÷ 1.50)`;
    const lenses: CodeLens[] = await client.request("textDocument/codeLens", map);
    assert.ok(lenses.some(({ command }) => command?.title.includes(both)));
    const line = readFileSync(join(folder, "gemm.map.yaml"), "utf8").split("\n").indexOf("mapping:");
    const hover: Hover = await client.request("textDocument/hover", map, { position: { line, character: 2 } });
    const { value } = hover.contents as { value: string };
    assert.ok(
      value.includes(both) && /rtl\.json was learned from 120 measured mappings of 7 layers/.test(value),
      value,
    );
    const offer = await client.connection.sendRequest<DesignOffer>(offerRequest, { uri: client.uri(map) });
    const cost = offer.layers[0].before?.cost;
    assert.equal(Math.round(cost?.learned?.cycles ?? 0), 3 * (cost?.cycles ?? 0));
    assert.ok(client.requestsFromServer.some((request) => request.endsWith("models/rtl.json")));
    await client.disk("models/rtl.json", model(5));
    await until("the new model", async () => {
      const [now] = await messages(client, "estimate");
      return now.includes(`learned ${(5 * number(analytical)).toLocaleString("en-US")}`);
    });
    await client.configure({});
    await until("no model", async () => !(await messages(client, "estimate"))[0].includes("learned"));
  });
});

test("a model of something else, one that is none and one that is missing are told, and cycles stay analytical", async () => {
  const told = async (text: string | null, reason: RegExp) =>
    withModel(text, async (client) => {
      const [problem] = await messages(client, "latency-model");
      assert.match(problem, reason);
      assert.match(problem, /mapspace\.latencyModel/);
      assert.ok(!(await messages(client, "estimate"))[0].includes("learned"));
    });
  await told(model(2, 4), /rtl\.json was learned on other storage levels: it knows 4, the architecture has 3/);
  await told(`{"mapspaceLatencyModel": 1}`, /rtl\.json is no latency model of version 2/);
  await told("{", /no latency model/);
  await told(null, /rtl\.json cannot be read/);
});

test("the gradient search of the panel descends on learned cycles", async () => {
  await withModel(model(3), async (client) => {
    const heard: RunProgress[] = [];
    client.connection.onNotification(progressNotification, (progress: RunProgress) => void heard.push(progress));
    const ask = <T>(method: string, params: object) => client.connection.sendRequest<T>(method, params);
    const uri = client.uri(map);
    const { defaults } = await ask<DesignOffer>(offerRequest, { uri, trusted: true });
    const options = { ...defaults, strategy: "gradient", evaluations: 1500 };
    const place = { uri, layer: 0, trusted: true, storage: null, folder: null };
    const { run } = await ask<StartResult>(startRequest, { ...place, run: "a", options });
    assert.equal(run?.options?.latency, "learned");
    assert.match(run.label, /learned cycles/);
    await until("its end", () => heard.at(-1)?.state === "done");
    const best = heard.findLast((progress) => progress.best !== undefined)?.best;
    assert.ok(best?.cost.learned);
    const value = heard.flatMap(({ curve }) => curve ?? []).at(-1) ?? 0;
    assert.ok(Math.abs(value / (best.cost.energyPj * best.cost.learned.cycles) - 1) < 1e-9);
  });
});

test("co-search scores the layers of a network by learned cycles, and says where it cannot", async () => {
  await withModel(model(3), async (client) => {
    const heard: RunProgress[] = [];
    client.connection.onNotification(progressNotification, (progress: RunProgress) => void heard.push(progress));
    const ask = <T>(method: string, params: object) => client.connection.sendRequest<T>(method, params);
    const uri = client.uri(map);
    const { cosearchDefaults } = await ask<DesignOffer>(offerRequest, { uri, trusted: true });
    const place = { uri, layer: 0, trusted: true, storage: null, folder: null };
    const search = async (name: string, hardware: "all" | "buffers", strategy = "cosearch") => {
      const options = { ...cosearchDefaults, strategy, hardware, evaluations: 100 };
      const { run } = await ask<StartResult>(startRequest, { ...place, run: name, options });
      const of = () => heard.filter(({ run: told }) => told === name);
      await until("its end", () => of().at(-1)?.state === "done");
      const best = of().findLast(({ network }) => network !== undefined)?.best;
      assert.ok(run && best);
      return {
        run,
        best,
        value:
          of()
            .flatMap(({ curve }) => curve ?? [])
            .at(-1) ?? 0,
      };
    };
    for (const strategy of ["cosearch", "cosearch-dosa", "cosearch-random", "cosearch-bayes"]) {
      const { run, best, value } = await search(strategy, "buffers", strategy);
      assert.equal(run.options?.latency, "learned");
      assert.match(run.label, /learned cycles/);
      assert.equal(Math.round(run.before?.cost.learned?.cycles ?? 0), 3 * (run.before?.cost.cycles ?? 0));
      assert.ok(best.cost.learned);
      assert.ok(Math.abs(best.cost.learned.cycles / best.cost.cycles - 3) < 1e-9);
      assert.ok(Math.abs(best.cost.learned.logDeviation - Math.log(1.5)) < 1e-9);
      // What the files say of the energies has fewer digits.
      const edp = best.cost.energyPj * best.cost.learned.cycles;
      assert.ok(Math.abs(value / edp - 1) < 1e-6, `${strategy}: ${value} and ${edp}`);
    }
    const sized = await search("sized", "all");
    assert.equal(sized.run.options?.latency, undefined);
    assert.match(sized.run.message ?? "", /the latency model knows one array/);
    const edp = sized.best.cost.energyPj * sized.best.cost.cycles;
    assert.ok(Math.abs(sized.value / edp - 1) < 1e-6, `${sized.value} and ${edp}`);
  });
});
