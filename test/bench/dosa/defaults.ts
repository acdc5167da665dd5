import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createMapspace } from "../../../server/src/engine/mapspace/build.ts";
import { storageEnergyPj } from "../../../server/src/engine/model/pat.ts";
import type { Architecture, StorageLevel } from "../../../server/src/engine/model/types.ts";
import { exactSearch } from "../../../server/src/engine/search/exact/exact.ts";
import { lowerConstraints } from "../../../server/src/spec/mapspace-constraints.ts";
import { readSpecification } from "../../../server/src/spec/specification.ts";
import { sharedDir } from "../../support/shared.ts";
import { stopwatch } from "./clock.ts";
import { type CountedLayer, gemminiConstraints } from "./networks.ts";

/** An accelerator as published, and the EDP the paper gives it in µJ·cycles, by network. */
interface DefaultAccelerator {
  name: string;
  architecture: string;
  /** Constraints: a file, or a text. */
  constraints?: { file: string } | { text: string };
  published: Readonly<Record<string, number>>;
}

export const defaultAccelerators: readonly DefaultAccelerator[] = [
  {
    name: "Eyeriss",
    architecture: "mapper/ey__bert_768_768__uber__random__60s/in.yaml",
    published: { resnet50: 7.808e11, bert: 1.972e10, retinanet: 4.885e11, unet: 1.108e15 },
  },
  {
    name: "NVDLA small",
    architecture: "architectures/nvdla_arch_small.yaml",
    constraints: { file: "architectures/nvdla_mapspace.yaml" },
    published: { resnet50: 1.792e12, bert: 7.354e10, retinanet: 9.157e11, unet: 2.239e15 },
  },
  {
    name: "NVDLA large",
    architecture: "architectures/nvdla_arch_large.yaml",
    constraints: { file: "architectures/nvdla_mapspace.yaml" },
    published: { resnet50: 2.133e11, bert: 6.845e9, retinanet: 1.077e11, unet: 1.419e14 },
  },
  {
    name: "Gemmini",
    architecture: "architectures/gemmini_arch.yaml",
    constraints: { text: gemminiConstraints },
    published: { resnet50: 2.502e11, bert: 9.086e9, retinanet: 1.465e11, unet: 2.522e14 },
  },
];

export interface DefaultResult {
  accelerator: string;
  network: string;
  /** µJ·cycles. */
  edp: number;
  /** Layers whose optimum was proven, of all. */
  proven: number;
  layers: number;
}

/** EDP of a network on an accelerator, each layer mapped by exact search. */
export function costDefault(
  accelerator: DefaultAccelerator,
  network: string,
  layers: readonly CountedLayer[],
): DefaultResult {
  const read = (name: string) => ({ uri: name, text: readFileSync(join(sharedDir() ?? "", "data", name), "utf8") });
  const { constraints } = accelerator;
  const files = [read(accelerator.architecture)];
  if (constraints !== undefined)
    files.push("file" in constraints ? read(constraints.file) : { uri: "constraints.yaml", ...constraints });
  const specification = readSpecification(files);
  if (specification.architecture === undefined) throw new Error(`${accelerator.name}: no architecture`);
  const architecture = withFits(specification.architecture);
  let energy = 0;
  let cycles = 0;
  let proven = 0;
  for (const { workload, count } of layers) {
    const lowered = lowerConstraints(
      specification.constraints,
      architecture,
      workload,
      specification.architectureSource,
    );
    const { mapspace, conflict } = createMapspace(architecture, workload, "pfm", lowered.constraints);
    if (mapspace === undefined) throw new Error(`${accelerator.name}, ${workload.name}: ${conflict.cause}`);
    const spent = stopwatch();
    let best = null;
    for (const progress of exactSearch(mapspace, { objective: "edp", seed: 1 })) {
      best = progress.best;
      if (progress.done) proven++;
      if (spent() > 20) break;
    }
    if (best === null) throw new Error(`${accelerator.name}, ${workload.name}: no mapping fits`);
    energy += count * best.energyPj;
    cycles += count * best.cycles;
  }
  return { accelerator: accelerator.name, network, edp: (energy * cycles) / 1e6, proven, layers: layers.length };
}

/** Energies by Timeloop's technology model, of which the published fits are roundings; MAC and register as published. */
function withFits(architecture: Architecture): Architecture {
  const storage = architecture.storage.map((level): StorageLevel => {
    const energy =
      level.technology === "DRAM"
        ? 100 * (level.wordBits / 8) * level.blockSize
        : level.capacityWords === 1
          ? 0.48746172 * (level.wordBits / 8)
          : storageEnergyPj(level);
    return { ...level, readEnergyPj: energy, fillEnergyPj: energy, updateEnergyPj: energy, leakEnergyPj: 0 };
  });
  return { ...architecture, storage, compute: { ...architecture.compute, energyPj: 0.5608 } };
}
