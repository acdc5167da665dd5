/**
 * The files the server knows and the designs they form. No file system: whoever owns the connection puts texts in.
 * Everything derived is computed when asked for and kept until one of the files it came from changes.
 */

import type { EvaluationOptions } from "../engine/model/types.ts";
import { readSpecification } from "../spec/specification.ts";
import type { Specification } from "../spec/types.ts";
import type { SourceFile } from "../syntax/source.ts";
import { type Analysis, analyse } from "./analysis.ts";
import { type Design, type DesignSetting, resolveDesign } from "./design.ts";
import { fileKinds } from "./kinds.ts";

/** Everything known about one design at one moment; immutable. */
export interface Snapshot {
  design: Design;
  files: readonly SourceFile[];
  specification: Specification;
  analysis: Analysis;
}

export interface StoreSettings {
  designs: readonly DesignSetting[];
  evaluation: Partial<EvaluationOptions>;
}

interface CacheEntry {
  revision: number;
  snapshot: Snapshot;
}

export class DesignStore {
  private readonly opened = new Map<string, SourceFile>();
  private readonly onDisk = new Map<string, SourceFile>();
  private readonly snapshots = new Map<string, CacheEntry>();
  private settings: StoreSettings = { designs: [], evaluation: {} };
  /** Counts changes of any file; equal revisions mean equal answers. */
  revision = 0;

  configure(settings: StoreSettings): void {
    this.settings = settings;
    this.revision++;
    this.snapshots.clear();
  }

  open(uri: string, text: string): void {
    this.opened.set(uri, { uri, text });
    this.revision++;
  }

  close(uri: string): void {
    this.opened.delete(uri);
    this.snapshots.delete(uri);
    this.revision++;
  }

  /** The text of a file that no editor holds; `null` when it is gone. */
  setOnDisk(uri: string, text: string | null): void {
    if (text === null) {
      if (!this.onDisk.delete(uri)) return;
    } else if (this.onDisk.get(uri)?.text === text) return;
    else this.onDisk.set(uri, { uri, text });
    this.revision++;
  }

  file(uri: string): SourceFile | undefined {
    return this.opened.get(uri) ?? this.onDisk.get(uri);
  }

  isOpen(uri: string): boolean {
    return this.opened.has(uri);
  }

  openUris(): string[] {
    return [...this.opened.keys()];
  }

  /** Files on disk that still matter: the rest can be forgotten when no document is open. */
  forgetDisk(): void {
    this.onDisk.clear();
    this.snapshots.clear();
    this.revision++;
  }

  private candidates(): SourceFile[] {
    const files = new Map(this.onDisk);
    for (const [uri, file] of this.opened) files.set(uri, file);
    return [...files.values()];
  }

  /** True when the text of the file says that it concerns us. */
  concerns(uri: string): boolean {
    const file = this.file(uri);
    return file !== undefined && fileKinds(file.text).length > 0;
  }

  design(uri: string): Design {
    return resolveDesign(uri, this.candidates(), this.settings.designs);
  }

  /** What is known about the design of a file; `null` for a file we do not have. */
  snapshot(uri: string): Snapshot | null {
    if (this.file(uri) === undefined) return null;
    const cached = this.snapshots.get(uri);
    if (cached?.revision === this.revision) return cached.snapshot;
    const design = this.design(uri);
    const files = design.parts.flatMap((part) => this.file(part.uri) ?? []);
    const before = cached?.snapshot;
    const unchanged = before !== undefined && sameFiles(before.files, files) && before.design.layer === design.layer;
    const snapshot = unchanged ? { ...before, design } : this.analyse(design, files, before);
    this.snapshots.set(uri, { revision: this.revision, snapshot });
    return snapshot;
  }

  private analyse(design: Design, files: SourceFile[], before: Snapshot | undefined): Snapshot {
    const whole = readSpecification(files);
    const chosen = design.layer === null ? [] : whole.layers.filter((layer) => layer.workload.name === design.layer);
    const specification = chosen.length > 0 ? { ...whole, layers: chosen } : whole;
    const analysis = analyse(specification, this.settings.evaluation, { terms: true }, before?.analysis);
    return { design, files, specification, analysis };
  }
}

function sameFiles(a: readonly SourceFile[], b: readonly SourceFile[]): boolean {
  return a.length === b.length && a.every((file, index) => file === b[index]);
}
