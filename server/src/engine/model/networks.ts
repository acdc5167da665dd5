import { tileWidthsUm } from "./area.ts";
import type { AccessCounts, DataSpaceCounts, NetworkRecord } from "./counts.ts";
import type {
  Architecture,
  CountingRule,
  InferredNetwork,
  NetworkDataSpaceResult,
  NetworkResult,
  UserNetwork,
  Workload,
} from "./types.ts";

/** What a network carries: operands outwards, results inwards, or both on one set of wires. */
interface Role {
  results: boolean;
  /** The outer level cannot accumulate: partial sums travel both ways. */
  roundTrip: boolean;
}

/**
 * Energy of all networks (Timeloop `network-legacy.cpp`, `network-simple-multicast.cpp`,
 * `network-reduction-tree.cpp`). Between two levels there is one network for both directions, unless the outer level
 * names its own: then one for operands and one for results, and both are charged for all data spaces, as there.
 */
export function networkResults(
  architecture: Architecture,
  workload: Workload,
  counts: AccessCounts,
  rule: CountingRule,
): NetworkResult[] {
  const widths = tileWidthsUm(architecture);
  const results: NetworkResult[] = [];
  const done = new Set<string>();
  architecture.storage.forEach((level, i) => {
    const child = i === 0 ? architecture.compute.name : architecture.storage[i - 1].name;
    const read = named(architecture, level.readNetwork);
    const update = named(architecture, level.updateNetwork);
    const roundTrip = !level.reductionSupported;
    const charge = (name: string, network: InferredNetwork | UserNetwork, role: Role) => {
      if (done.has(name)) return;
      done.add(name);
      const dataSpaces = counts.levels[i].dataSpaces.map((space, p) =>
        chargeDataSpace(network, widths[i], space, workload.dataSpaces[p], role, rule),
      );
      results.push({ name, energyPj: dataSpaces.reduce((sum, d) => sum + d.energyPj, 0), dataSpaces });
    };
    if (read === null)
      charge(`${level.name} <==> ${child}`, level.inferredNetwork, { results: update === null, roundTrip });
    else charge(read.name, read, { results: update === null || update === read, roundTrip });
    if (update !== null && update !== read) charge(update.name, update, { results: true, roundTrip });
  });
  return results;
}

function named(architecture: Architecture, name: string | null): UserNetwork | null {
  return architecture.networks.find((network) => network.name === name) ?? null;
}

function chargeDataSpace(
  network: InferredNetwork | UserNetwork,
  childWidthUm: number,
  space: DataSpaceCounts,
  { name, readWrite }: { name: string; readWrite: boolean },
  role: Role,
  rule: CountingRule,
): NetworkDataSpaceResult {
  const kind = "kind" in network ? network.kind : "legacy";
  const traffic = space.network;
  // Timeloop keeps these two counters as integers.
  const whole = rule === "exact" ? (x: number) => x : Math.trunc;
  const doubled = readWrite && role.results && role.roundTrip && kind === "legacy";
  const carried = [...traffic.records, ...traffic.distributed].map((record) =>
    doubled ? { ...record, accesses: bothWays(record.accesses, space, rule) } : record,
  );
  const reduces = readWrite && role.results;
  const counted = kind === "reduction-tree" && !readWrite ? [] : carried;
  let reductions = 0;
  if (reduces) for (const r of counted) reductions = whole(reductions + (r.multicast - 1) * r.accesses);
  const ingresses = counted.reduce((sum, r) => sum + r.accesses, 0);
  const perHop = hopEnergyPj(network, childWidthUm);
  const scale = traffic.instances;
  let energy: number;
  let hops = 0;
  if (kind === "simple-multicast") {
    energy = scale * multicastEnergyPj(network as UserNetwork, name, counted, rule);
  } else if (kind === "reduction-tree") {
    hops = counted.reduce((sum, r) => sum + Math.floor(Math.log2(r.multicast)) * 0.5 * r.accesses, 0);
    energy = hops * perHop + reductions * (network as UserNetwork).adderEnergyPj;
    if (rule === "exact") energy *= scale;
  } else {
    let routers = 0;
    for (const r of counted) {
      if (r.accesses <= 0) continue;
      hops += (r.hops / r.accesses) * r.accesses;
      routers = whole(routers + (1 + Math.floor(r.hops / r.accesses)) * r.accesses);
    }
    const wires = hops * perHop + routers * network.routerEnergyPj + network.ingressEnergyPj * ingresses;
    energy = scale * (wires + whole(traffic.linkTransfers) * (perHop + 2 * network.routerEnergyPj));
  }
  return {
    instances: scale,
    ingresses: ingresses * scale,
    linkTransfers: kind === "legacy" ? whole(traffic.linkTransfers) * scale : 0,
    spatialReductions: reductions * scale,
    hops: ingresses > 0 ? hops / ingresses : 0,
    energyPj: energy,
  };
}

/** Energy of one word over one hop, pJ: given, or bits times millimetres times the energy of a wire. */
function hopEnergyPj(network: InferredNetwork, childWidthUm: number): number {
  if (network.energyPerHopPj !== null) return network.energyPerHopPj;
  return network.wordBits * ((network.tileWidthUm ?? childWidthUm) / 1000) * network.wireEnergyPj;
}

/**
 * Words on the wires when the outer level cannot accumulate: each partial sum goes out and its old value comes in,
 * except the first of each element. Timeloop takes the whole partition off every record.
 */
function bothWays(accesses: number, space: DataSpaceCounts, rule: CountingRule): number {
  if (rule !== "exact") return 2 * accesses - space.partitionWords;
  const { reads, updates } = space.total;
  return updates > 0 ? accesses * (1 + reads / updates) : 2 * accesses;
}

/** Under Timeloop's rules only the record with the largest multicast counts: it assigns where it should add. */
function multicastEnergyPj(
  network: UserNetwork,
  dataSpace: string,
  records: readonly NetworkRecord[],
  rule: CountingRule,
): number {
  const table = network.energyByDataSpacePj?.get(dataSpace) ?? network.energyByMulticastPj;
  let energy = 0;
  for (const record of records) {
    if (record.accesses <= 0) continue;
    const own = (table.get(record.multicast) ?? table.get(0) ?? 0) * record.accesses;
    energy = rule === "exact" ? energy + own : own;
  }
  return energy;
}

/** Cycles that filling and draining the networks adds once per run (Timeloop `Topology::Spec`). */
export function networkLatencyCycles(architecture: Architecture, rule: CountingRule): number {
  let cycles = 0;
  for (const level of architecture.storage) {
    const read = named(architecture, level.readNetwork);
    const update = named(architecture, level.updateNetwork);
    cycles += (read ?? level.inferredNetwork).fillLatencyCycles;
    if (update === null) cycles += level.inferredNetwork.drainLatencyCycles;
    // Timeloop's named networks answer with their fill latency when asked for the one of draining.
    else cycles += rule === "exact" ? update.drainLatencyCycles : update.fillLatencyCycles;
  }
  return cycles;
}
