/** The shapes that Timeloop's problems may give by name instead of writing them out. */

export interface NamedShape {
  name: string;
  dimensions: readonly string[];
  coefficients: Readonly<Record<string, number>>;
  /** Each rank is a list of terms `dimension` or `dimension*coefficient`. */
  dataSpaces: readonly { name: string; readWrite: boolean; ranks: readonly (readonly string[])[] }[];
}

const matrix = (name: string, rows: string, columns: string, readWrite = false) => ({
  name,
  readWrite,
  ranks: [[rows], [columns]],
});

const convolution: NamedShape = {
  name: "cnn_layer",
  dimensions: [..."RSPQCKN"],
  coefficients: { Wstride: 1, Hstride: 1, Wdilation: 1, Hdilation: 1 },
  dataSpaces: [
    { name: "Weights", readWrite: false, ranks: [["C"], ["K"], ["R"], ["S"]] },
    {
      name: "Inputs",
      readWrite: false,
      ranks: [["N"], ["C"], ["R*Wdilation", "P*Wstride"], ["S*Hdilation", "Q*Hstride"]],
    },
    { name: "Outputs", readWrite: true, ranks: [["N"], ["K"], ["Q"], ["P"]] },
  ],
};

const gemmAbz: NamedShape = {
  name: "gemm_ABZ",
  dimensions: ["M", "N", "K"],
  coefficients: {},
  dataSpaces: [matrix("A", "M", "K"), matrix("B", "N", "K"), matrix("Z", "M", "N", true)],
};

const gemm: NamedShape = {
  name: "gemm",
  dimensions: ["M", "N", "K"],
  coefficients: {},
  dataSpaces: [matrix("A", "M", "K"), matrix("B", "N", "K"), matrix("C", "M", "N"), matrix("D", "M", "N", true)],
};

/** What a problem without a shape means. */
export const defaultShape = convolution;

const shapes = [convolution, gemmAbz, gemm];
export const shapeNames: readonly string[] = shapes.map((shape) => shape.name);

/** A shape by its name or its file's name, hyphens or underscores alike. */
export function namedShape(name: string): NamedShape | undefined {
  const plain = (text: string) =>
    text
      .replace(/\.(ya?ml|cfg)$/, "")
      .replaceAll("-", "_")
      .toLowerCase();
  return shapes.find((shape) => plain(shape.name) === plain(name));
}
