import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { defaultEvaluationOptions, type EvaluationOptions } from "../../server/src/engine/model/types.ts";
import { sharedDir } from "./shared.ts";

/** One case of the reference data: an input and what timeloop-model made of it. */
export interface ReferenceCase {
  id: string;
  group: string;
  tags: readonly string[];
  env: Readonly<Record<string, string>>;
  input: string;
  result: ReferenceResult;
}

/** The parts of `result.json` that are compared; see the README of the reference data. */
export interface ReferenceResult {
  cycles: number;
  utilization: number;
  energy_pJ: number;
  computes: number;
  edp_pJ_cycles: number;
  network_latency: number;
  arithmetic: {
    cycles: number;
    energy_pJ: number;
    utilized_instances: number;
    instances: number;
    area_per_instance: number;
  };
  storage: ReferenceLevel[];
  networks: { name: string; energy_pJ: number; dataspaces: Record<string, ReferenceTraffic> }[];
}

interface ReferenceLevel {
  name: string;
  cycles: number;
  slowdown: number;
  leakage_energy_pJ: number;
  energy_pJ: number;
  area_um2: number;
  dataspaces: Record<string, ReferenceDataSpace>;
}

export interface ReferenceDataSpace {
  keep: boolean;
  tile_size: number;
  utilized_capacity: number;
  partition_size: number;
  utilized_instances: number;
  reads: number;
  fills: number;
  updates: number;
  temporal_reductions: number;
  address_generations: number;
  energy_per_instance_pJ: number;
  energy_pJ: number;
  tile: { access_stats: { multicast: number; scatter: number; accesses: number }[] };
}

interface ReferenceTraffic {
  ingresses?: number;
  link_transfers?: number;
  spatial_reductions?: number;
  num_hops?: number;
  utilized_instances: number;
}

const folder = () => join(sharedDir() ?? "", "data", "timeloop");

export function referenceCases(): ReferenceCase[] {
  const cases = join(folder(), "cases");
  return readdirSync(cases).map((id) => {
    const text = (name: string) => readFileSync(join(cases, id, name), "utf8");
    const { group, tags, env } = JSON.parse(text("meta.json"));
    return { id, group, tags, env, input: text("input.yaml"), result: JSON.parse(text("result.json")) };
  });
}

export function randomReferenceCases(): ReferenceCase[] {
  const lines = gunzipSync(readFileSync(join(folder(), "random.jsonl.gz")))
    .toString("utf8")
    .trim()
    .split("\n");
  return lines.map((line) => {
    const { id, arch, kind, env, input_yaml, result } = JSON.parse(line);
    return { id, group: "random", tags: [`arch:${arch}`, `kind:${kind}`], env, input: input_yaml, result };
  });
}

/** The best mappings timeloop-mapper found, costed by timeloop-model. */
export function mapperReferenceCases(): ReferenceCase[] {
  const folders = join(sharedDir() ?? "", "data", "mapper");
  return readdirSync(folders)
    .filter((id) => existsSync(join(folders, id, "best_result.json")))
    .map((id) => {
      const text = (name: string) => readFileSync(join(folders, id, name), "utf8");
      const [arch, , mapspace] = id.split("__");
      const input = text("best_model_input.yaml");
      const tags = [`arch:${arch}`, `mapspace:${mapspace}`];
      return { id, group: "mapper", tags, env: {}, input, result: JSON.parse(text("best_result.json")) };
    });
}

/** Timeloop's environment variables as our options. */
export function optionsOf(env: Readonly<Record<string, string>>): EvaluationOptions {
  const on = (name: string) => env[name] !== undefined && env[name] !== "0";
  return {
    ...defaultEvaluationOptions("timeloop"),
    linkTransfers: !on("TIMELOOP_DISABLE_LINK_TRANSFERS"),
    toroidalLinks: on("TIMELOOP_ENABLE_TOROIDAL_LINKS"),
    firstReadElision: env.TIMELOOP_ENABLE_FIRST_READ_ELISION !== "0",
    updatedRmw: on("TIMELOOP_ENABLE_UPDATED_RMW"),
  };
}
