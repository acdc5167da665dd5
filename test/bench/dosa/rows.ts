/** Rows of the tables published with DOSA: the hardware and the layer they describe. */
import type { Architecture, Workload } from "../../../server/src/engine/model/types.ts";
import { readSpecification } from "../../../server/src/spec/specification.ts";

export type Row = Readonly<Record<string, string>>;

/** Where the energies per access come from. */
export type Energies = "published" | "technology";

/** Gemmini as DOSA's rows describe it: registers, one accumulator per column, one scratchpad, DRAM. */
function hardwareText(row: Row, energies: Energies): string {
  const side = Number(row["arch.meshX"]);
  const accumulatorKb = (Number(row["arch.mem1_entries"]) * 4) / 1024;
  const scratchpadKb = Number(row["arch.mem2_entries"]) / 1024;
  // The publication rounds these; each is for one word, a table counts whole blocks.
  const published = [
    table("Registers", 0.48746172),
    table("Accumulator", 1.94 + 0.1005 * accumulatorKb),
    table("Scratchpad", (0.49 + 0.02513 * scratchpadKb) * side),
    table("DRAM", 100 * 64),
  ];
  return `
architecture:
  version: 0.3
  subtree:
  - name: System
    local:
    - {name: DRAM, class: DRAM, attributes: {word_bits: 8, block_size: 64, shared_bandwidth: 8}}
    subtree:
    - name: Chip
      local:
      - name: Scratchpad
        class: SRAM
        attributes: {entries: ${row["arch.mem2_entries"]}, word_bits: 8, width: ${row["arch.mem2_width"]},
          shared_bandwidth: ${row["arch.mem2_shared_bandwidth"]}}
      subtree:
      - name: Columns[0..${side - 1}]
        local:
        - name: Accumulator
          class: SRAM
          attributes: {entries: ${row["arch.mem1_entries"]}, word_bits: 32,
            shared_bandwidth: ${row["arch.mem1_shared_bandwidth"]}}
        subtree:
        - name: Rows[0..${side - 1}]
          local:
          - {name: Registers, class: SRAM, attributes: {entries: 1, word_bits: 8}}
          - {name: MAC, class: intmac, attributes: {datawidth: 8}}
ERT:
  version: 0.3
  tables:
  - {name: MAC, actions: [{name: compute, energy: 0.5608}]}
${energies === "published" ? published.join("\n") : ""}
`;
}

function table(name: string, energy: number): string {
  const actions = ["read", "write", "update"].map((action) => `{name: ${action}, energy: ${energy}}`);
  return `  - {name: ${name}, actions: [${actions.join(", ")}]}`;
}

function layerText(row: Row): string {
  const keys = ["R", "S", "P", "Q", "C", "K", "N", "Wstride", "Hstride", "Wdilation", "Hdilation"];
  return `
problem:
  shape:
    name: convolution
    dimensions: [R, S, P, Q, C, K, N]
    coefficients:
    - {name: Wstride, default: 1}
    - {name: Hstride, default: 1}
    - {name: Wdilation, default: 1}
    - {name: Hdilation, default: 1}
    data_spaces:
    - {name: Weights, projection: [[[C]], [[K]], [[R]], [[S]]]}
    - {name: Inputs, projection: [[[N]], [[C]], [[R, Wdilation], [P, Wstride]], [[S, Hdilation], [Q, Hstride]]]}
    - {name: Outputs, projection: [[[N]], [[K]], [[Q]], [[P]]], read_write: true}
  instance: {${keys.map((key) => `${key}: ${row[`prob.${key}`]}`).join(", ")}}
`;
}

function cached<T>(read: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    let value = known.get(text);
    if (value === undefined) {
      value = read(text);
      known.set(text, value);
    }
    return value;
  };
}

const architectureOf = cached((text): Architecture => {
  const { architecture, problems } = readSpecification([{ uri: "gemmini.yaml", text }]);
  const error = problems.find(({ severity }) => severity === "error");
  if (architecture === undefined || error !== undefined) throw new Error(error?.message ?? "no architecture");
  return architecture;
});

const workloadOf = cached((text): Workload => readSpecification([{ uri: "layer.yaml", text }]).layers[0].workload);

export const hardware = (row: Row, energies: Energies): Architecture => architectureOf(hardwareText(row, energies));
export const layerOf = (row: Row): Workload => workloadOf(layerText(row));
