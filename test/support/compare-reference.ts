import { countingAccesses } from "../../server/src/engine/model/counting.ts";
import type { AccessCounts } from "../../server/src/engine/model/counts.ts";
import { evaluate } from "../../server/src/engine/model/evaluate.ts";
import type { DataSpaceResult, Evaluation } from "../../server/src/engine/model/types.ts";
import { lowerMapping } from "../../server/src/spec/mapping.ts";
import { readSpecification } from "../../server/src/spec/specification.ts";
import { finish } from "../../server/src/syntax/steps.ts";
import { optionsOf, type ReferenceCase, type ReferenceDataSpace, type ReferenceResult } from "./timeloop-reference.ts";

/** What differs between our evaluation of a reference case and Timeloop's; empty where they agree. */
export function differences({ input, env, result }: ReferenceCase): string[] {
  const specification = readSpecification([{ uri: "input.yaml", text: input }]);
  const { architecture, architectureSource, mappingSource, layers } = specification;
  if (architecture === undefined) return ["no architecture was read"];
  if (mappingSource === undefined) return ["no mapping was read"];
  if (layers.length !== 1) return [`${layers.length} layers were read`];
  const { workload } = layers[0];
  const { mapping } = lowerMapping(mappingSource, architecture, workload, architectureSource).value;
  const options = optionsOf(env);
  const { evaluation, violations } = evaluate(architecture, workload, mapping, options);
  if (evaluation === undefined) return [`no cost: ${JSON.stringify(violations)}`];
  const found = violations
    .filter(({ kind }) => !kind.startsWith("fanout"))
    .map((v) => `violation ${JSON.stringify(v)}`);
  const names = workload.dataSpaces.map((space) => space.name);
  const counts = finish(countingAccesses(architecture, workload, mapping, options, false));
  return [...found, ...compare(evaluation, result, names), ...compareTiles(counts, result, names)];
}

/** Figures behind the report: what one instance owns, the room its tile takes, the records of multicast. */
function compareTiles(counts: AccessCounts, reference: ReferenceResult, dataSpaces: readonly string[]): string[] {
  const found: string[] = [];
  reference.storage.forEach((level, i) => {
    dataSpaces.forEach((name, p) => {
      const own = counts.levels[i].dataSpaces[p];
      const theirs = level.dataspaces[name];
      const records = own.network.records.map((r) => [r.multicast, r.scatter, Math.round(r.accesses)].join(" "));
      const expected = theirs.tile.access_stats.map((r) => [r.multicast, r.scatter, Math.round(r.accesses)].join(" "));
      const pairs: [string, number | string | undefined, number | string][] = [
        ["partition size", own.partitionWords, theirs.partition_size],
        ["utilized capacity", own.heldWords, theirs.utilized_capacity],
        ["records", records.join(), expected.join()],
      ];
      for (const [what, a, b] of pairs) if (a !== b) found.push(`${level.name} ${name} ${what} ${a}, Timeloop ${b}`);
    });
  });
  return found;
}

function compare(ours: Evaluation, reference: ReferenceResult, dataSpaces: readonly string[]): string[] {
  const found: string[] = [];
  const equal = (what: string, a: number | boolean, b: number | boolean) => {
    if (a !== b) found.push(`${what} ${a}, Timeloop ${b}`);
  };
  const close = (what: string, a: number, b: number) => {
    if (!(Math.abs(a - b) <= 1e-6 * Math.max(Math.abs(a), Math.abs(b)))) found.push(`${what} ${a}, Timeloop ${b}`);
  };

  equal("cycles", ours.cycles, reference.cycles);
  close("utilization", ours.utilization, reference.utilization);
  close("energy", ours.energyPj, reference.energy_pJ);
  close("EDP", ours.edpPjCycles, reference.edp_pJ_cycles);
  equal("network latency", ours.networkLatencyCycles, reference.network_latency);
  equal("computes", ours.compute.computes, reference.computes);
  equal("compute cycles", ours.compute.cycles, reference.arithmetic.cycles);
  equal("compute instances", ours.compute.utilizedInstances, reference.arithmetic.utilized_instances);
  close("compute energy", ours.compute.energyPj, reference.arithmetic.energy_pJ);
  close("compute area", ours.compute.areaUm2, reference.arithmetic.area_per_instance * reference.arithmetic.instances);
  equal("levels", ours.levels.length, reference.storage.length);

  reference.storage.forEach((level, i) => {
    const own = ours.levels[i];
    if (own === undefined) return;
    if (own.name !== level.name) found.push(`level ${own.name}, Timeloop ${level.name}`);
    equal(`${level.name} cycles`, own.cycles, level.cycles);
    close(`${level.name} slowdown`, own.slowdown, level.slowdown);
    close(`${level.name} leakage`, own.leakageEnergyPj, level.leakage_energy_pJ);
    close(`${level.name} energy`, own.energyPj, level.energy_pJ);
    close(`${level.name} area`, own.areaUm2, level.area_um2);
    dataSpaces.forEach((name, p) => {
      compareDataSpace(`${level.name} ${name}`, own.dataSpaces[p], level.dataspaces[name]);
    });
  });

  function compareDataSpace(where: string, own: DataSpaceResult, theirs: ReferenceDataSpace): void {
    equal(`${where} keep`, own.kept, theirs.keep);
    equal(`${where} tile size`, own.tileWords, theirs.tile_size);
    equal(`${where} instances`, own.utilizedInstances, theirs.utilized_instances);
    equal(`${where} reads`, own.perInstance.reads, theirs.reads);
    equal(`${where} fills`, own.perInstance.fills, theirs.fills);
    equal(`${where} updates`, own.perInstance.updates, theirs.updates);
    close(`${where} temporal reductions`, own.perInstance.temporalReductions, theirs.temporal_reductions);
    equal(`${where} address generations`, own.perInstance.addressGenerations, theirs.address_generations);
    close(`${where} energy per instance`, own.perInstance.energyPj, theirs.energy_per_instance_pJ);
    close(`${where} energy`, own.total.energyPj, theirs.energy_pJ);
  }

  for (const network of reference.networks) {
    const own = ours.networks.find(({ name }) => name === network.name);
    if (own === undefined) {
      found.push(`no network ${network.name}`);
      continue;
    }
    close(`${network.name} energy`, own.energyPj, network.energy_pJ);
    dataSpaces.forEach((name, p) => {
      const theirs = network.dataspaces[name];
      const traffic = own.dataSpaces[p];
      const per = theirs.utilized_instances;
      const where = `${network.name} ${name}`;
      if (theirs.ingresses !== undefined) close(`${where} ingresses`, traffic.ingresses, theirs.ingresses * per);
      if (theirs.link_transfers !== undefined) {
        equal(`${where} link transfers`, traffic.linkTransfers, theirs.link_transfers * per);
      }
      if (theirs.spatial_reductions !== undefined) {
        equal(`${where} spatial reductions`, traffic.spatialReductions, theirs.spatial_reductions * per);
      }
      if (theirs.num_hops !== undefined) close(`${where} hops`, traffic.hops, theirs.num_hops);
    });
  }
  return found;
}
