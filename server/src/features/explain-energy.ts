/** Where the energy of a level comes from: accesses × energy of one, which multiply out to the number shown. */

import type { DataSpaceResult, LevelResult, StorageLevel, Term } from "../engine/model/types.ts";
import { formatEnergy } from "../workspace/quantities.ts";

const precise = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 12 });

/** In full and with its unit: “49,152 pJ (49.15 nJ)”. */
function inPj(pj: number): string {
  const full = `${precise.format(pj)} pJ`;
  const short = formatEnergy(pj);
  return short.endsWith(" pJ") ? full : `${full} (${short})`;
}

/** “4,096 reads × 8 pJ + 2,048 fills × 8 pJ = 49,152 pJ (49.15 nJ)”; null where nothing is accessed. */
export function explainEnergy({ blockSize }: StorageLevel, result: DataSpaceResult): string | null {
  const { total, terms, utilizedInstances } = result;
  const term = terms?.energyPj;
  if (term === undefined) return null;
  const parts = (["read", "fill", "update"] as const).flatMap((action, i) => {
    const { vectorAccesses, energyPj } = term.parts![i].inputs;
    if (vectorAccesses === 0) return [];
    const words = total[`${action}s`];
    const each = `× ${precise.format(energyPj)} pJ`;
    if (vectorAccesses * utilizedInstances * blockSize === words) {
      const block = blockSize === 1 ? "" : ` ÷ ${precise.format(blockSize)} words`;
      return [`${precise.format(words)} ${action}s${block} ${each}`];
    }
    const many = utilizedInstances !== 1;
    const how = [
      `${precise.format(words)} ${action}s`,
      ...(many ? [`over ${precise.format(utilizedInstances)} instances`] : []),
      ...(blockSize === 1 ? [] : [`in blocks of ${precise.format(blockSize)} words`]),
    ].join(" ");
    const instances = many ? ` × ${precise.format(utilizedInstances)} instances` : "";
    return [`${precise.format(vectorAccesses)} accesses (${how}, rounded up)${instances} ${each}`];
  });
  if (parts.length === 0) return null;
  const { instancesPerCluster } = term.inputs;
  const sum = parts.join(" + ");
  const sharing = instancesPerCluster === 1 ? "" : ` ÷ ${precise.format(instancesPerCluster)} instances in a cluster`;
  const all = sharing !== "" && parts.length > 1 ? `(${sum})${sharing}` : `${sum}${sharing}`;
  return `${all} = ${inPj(total.energyPj)}`;
}

/** What the data spaces, leakage and addresses of a level add up to; null where that is one number alone. */
export function explainLevelEnergy(
  { addressGenerationEnergyPj }: StorageLevel,
  level: LevelResult,
  names: readonly string[],
): string | null {
  const parts = level.dataSpaces.flatMap(({ total }, d) =>
    total.energyPj === 0 ? [] : [`${precise.format(total.energyPj)} (${names[d]})`],
  );
  const accesses = level.dataSpaces.reduce((sum, { total }) => sum + total.energyPj, 0);
  const addresses = level.energyPj - accesses - level.leakageEnergyPj;
  if (addressGenerationEnergyPj > 0 && addresses > 1e-9 * level.energyPj) {
    const count = precise.format(Number((addresses / addressGenerationEnergyPj).toPrecision(10)));
    parts.push(`${count} × ${precise.format(addressGenerationEnergyPj)} (addresses)`);
  }
  if (level.leakageEnergyPj > 0) parts.push(leakage(level.terms?.leakageEnergyPj, level.leakageEnergyPj));
  return parts.length < 2 ? null : `${parts.join(" + ")} = ${inPj(level.energyPj)}`;
}

function leakage(term: Term | undefined, energyPj: number): string {
  if (term === undefined) return `${precise.format(energyPj)} (leakage)`;
  const { energyPerInstanceAndCyclePj, cycles, instances } = term.inputs;
  const each = `${precise.format(energyPerInstanceAndCyclePj)} × ${precise.format(cycles)} cycles`;
  return `${each}${instances === 1 ? "" : ` × ${precise.format(instances)} instances`} (leakage)`;
}
