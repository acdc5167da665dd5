import type { Workload } from "../../server/src/engine/model/types.ts";
import { convolution } from "./accelerators.ts";

/** Layers of Table II in Vaidya et al. (CGO 2022): K, C, H = W, R = S; `stride` 2 where it is starred there. */
const shapes: readonly (readonly [network: string, k: number, c: number, size: number, kernel: number, stride?: 2])[] =
  [
    ["Yolo", 32, 3, 544, 3],
    ["Yolo", 64, 32, 272, 3],
    ["Yolo", 128, 64, 136, 3],
    ["Yolo", 64, 128, 136, 1],
    ["Yolo", 256, 128, 68, 3],
    ["Yolo", 128, 256, 68, 1],
    ["Yolo", 512, 256, 34, 3],
    ["Yolo", 256, 512, 34, 1],
    ["Yolo", 1024, 512, 17, 3],
    ["Yolo", 512, 1024, 17, 1],
    ["Yolo", 28269, 1024, 17, 1],
    ["ResNet", 64, 3, 224, 7, 2],
    ["ResNet", 64, 64, 56, 3],
    ["ResNet", 64, 64, 56, 1],
    ["ResNet", 128, 64, 56, 3, 2],
    ["ResNet", 128, 64, 56, 1, 2],
    ["ResNet", 128, 128, 28, 3],
    ["ResNet", 256, 128, 28, 3, 2],
    ["ResNet", 256, 128, 28, 1],
    ["ResNet", 256, 256, 14, 3],
    ["ResNet", 512, 256, 14, 3, 2],
    ["ResNet", 512, 256, 14, 1, 2],
    ["ResNet", 512, 512, 7, 3],
  ];

export interface ThistleLayer {
  name: string;
  workload: Workload;
  macs: number;
}

/** Outputs are as large as inputs divided by the stride: the borders are padded. */
export function thistleLayers(): ThistleLayer[] {
  const seen = new Map<string, number>();
  return shapes.map(([network, k, c, size, kernel, stride = 1]) => {
    const number = (seen.get(network) ?? 0) + 1;
    seen.set(network, number);
    const workload = convolution({ k, c, p: size / stride, q: size / stride, r: kernel, s: kernel, stride });
    const macs = workload.dimensions.reduce((product, d) => product * d.bound, 1);
    return { name: `${network} ${number}`, workload, macs };
  });
}
