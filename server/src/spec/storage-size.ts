import type { AttributeReader } from "./attributes.ts";

export interface StorageSize {
  wordBits: number;
  blockSize: number;
  clusterSize: number;
  /** Words; null is unlimited. */
  capacityWords: number | null;
}

/** Word, block, cluster and capacity of a memory (Timeloop `buffer.cpp`, `ParseSpecs`). */
export function readStorageSize(reader: AttributeReader): StorageSize {
  const { report, component } = reader;
  const wordBits = reader.whole(1, "word_bits", "word_width", "datawidth") ?? 16;
  const block = reader.whole(1, "block_size", "n_words");
  const cluster = reader.whole(1, "cluster_size");
  const width = reader.whole(1, "width", "memory_width", "data_storage_width");
  let blockSize = block ?? 1;
  let clusterSize = cluster ?? 1;
  if (width !== undefined) {
    const place = reader.place("width", "memory_width", "data_storage_width");
    const unit = wordBits * blockSize;
    const name = component.name.value;
    if (width % unit !== 0) {
      const words = blockSize === 1 ? "" : ` × ${blockSize} words of a block`;
      const message = `The width of ${name}, ${width} bits, is no multiple of its ${wordBits} bits of a word${words}.`;
      report.error("width-mismatch", message, place);
    }
    if (block !== undefined && cluster !== undefined) {
      if (unit * clusterSize !== width) {
        const message = `${name}: ${wordBits} bits × block of ${block} × cluster of ${cluster} = ${unit * clusterSize} bits, but its width is ${width}.`;
        report.error("width-mismatch", message, place);
      }
    } else if (block !== undefined) clusterSize = Math.max(1, Math.floor(width / unit));
    else blockSize = Math.max(1, Math.floor(Math.floor(width / clusterSize) / wordBits));
  }
  return { wordBits, blockSize, clusterSize, capacityWords: readCapacity(reader, wordBits, blockSize) };
}

function readCapacity(reader: AttributeReader, wordBits: number, blockSize: number): number | null {
  const entries = reader.whole(0, "entries");
  const depth = reader.whole(0, "depth", "memory_depth", "data_storage_depth");
  const kilobytes = reader.whole(0, "sizeKB");
  const { report, component } = reader;
  const name = component.name.value;
  if (kilobytes !== undefined && (entries !== undefined || depth !== undefined)) {
    const other = entries !== undefined ? "entries" : "depth";
    const message = `${name} has its size twice, as sizeKB and as ${other}; give one.`;
    report.error("size-given-twice", message, reader.place("sizeKB"), {
      related: [{ message: "The other size", location: reader.place(...(other === "entries" ? ["entries"] : depths)) }],
    });
  } else if (entries !== undefined && depth !== undefined && entries !== depth * blockSize) {
    const message = `${name} has ${entries} entries and a depth of ${depth} blocks of ${blockSize} words (${depth * blockSize}); entries count.`;
    report.warning("size-given-twice", message, reader.place(...depths));
  }
  if (entries !== undefined) return entries;
  if (depth !== undefined) return depth * blockSize;
  return kilobytes === undefined ? null : Math.floor((kilobytes * 1024 * 8) / wordBits);
}

const depths = ["depth", "memory_depth", "data_storage_depth"];
