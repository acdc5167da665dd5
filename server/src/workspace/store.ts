/**
 * The files the server knows and the designs they form. No file system: whoever owns the connection puts texts in.
 * Everything derived is computed when asked for and kept until one of the files it came from changes.
 */

import type { EvaluationOptions } from "../engine/model/types.ts";
import { readingSpecification } from "../spec/specification.ts";
import type { Specification } from "../spec/types.ts";
import type { TemplateEngine } from "../spec/v04/template-engine.ts";
import type { Problem, SourceFile } from "../syntax/source.ts";
import { finish } from "../syntax/steps.ts";
import { followYaml, parsingYaml } from "../syntax/yaml.ts";
import { type Analysis, analysing, type ChosenLatency } from "./analysis.ts";
import { type Design, type DesignSetting, resolveDesign } from "./design.ts";
import { kindsOf } from "./kinds.ts";
import { guessedComponents, isTableFile, type TableOffer, tablesAround, tabulates } from "./reference-tables.ts";
import { type Rendering, TemplateCache } from "./templates.ts";

/** Everything known about one design at one moment; immutable. */
export interface Snapshot {
  design: Design;
  /** The parts of the design; templates as the files they render to. */
  files: readonly SourceFile[];
  /** Files that templates include: places may lie in them. */
  included: readonly SourceFile[];
  /** Tables that the design does not have, but could. */
  tables: TableOffer | null;
  leftOut: LeftOut | null;
  /** Problems of rendering templates. */
  templateProblems: readonly Problem[];
  specification: Specification;
  analysis: Analysis;
}

export interface StoreSettings {
  designs: readonly DesignSetting[];
  evaluation: Partial<EvaluationOptions>;
  /** The latency model chosen for a file. */
  latency?: (uri: string) => ChosenLatency | null;
}

/** What lies around a document and was not read. */
export interface LeftOut {
  /** Files beside it, or named by it, that are too large. */
  large: readonly { uri: string; bytes: number }[];
  /** Files farther away that were not looked into for what the design may lack; `orMore` where not all are known. */
  files: number;
  orMore: boolean;
}

interface Around {
  files: ReadonlySet<string>;
  tables: readonly string[];
  leftOut: LeftOut | null;
}

interface CacheEntry {
  revision: number;
  snapshot: Snapshot;
}

export class DesignStore {
  private readonly opened = new Map<string, SourceFile>();
  private readonly onDisk = new Map<string, SourceFile>();
  private readonly snapshots = new Map<string, CacheEntry>();
  private readonly templates = new TemplateCache((uri) => this.file(uri)?.text ?? null);
  private readonly around = new Map<string, Around>();
  private settings: StoreSettings = { designs: [], evaluation: {} };
  /** Counts changes of any file; equal revisions mean equal answers. */
  revision = 0;

  configure(settings: StoreSettings): void {
    this.settings = settings;
    this.revision++;
    this.snapshots.clear();
  }

  open(uri: string, text: string): void {
    const file = { uri, text };
    const before = this.opened.get(uri);
    if (before !== undefined) followYaml(before, file);
    this.opened.set(uri, file);
    this.revision++;
  }

  close(uri: string): void {
    this.opened.delete(uri);
    this.snapshots.delete(uri);
    this.around.delete(uri);
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

  /** The files on disk that an open document's design may take, read or not; some may be tables to offer. */
  list(uri: string, uris: readonly string[]): void {
    const before = this.around.get(uri)?.files;
    if (before?.size === new Set(uris).size && uris.every((file) => before.has(file))) return;
    const leftOut = this.around.get(uri)?.leftOut ?? null;
    this.around.set(uri, { files: new Set(uris), tables: uris.filter(isTableFile), leftOut });
    this.revision++;
  }

  leaveOut(uri: string, leftOut: LeftOut): void {
    const around = this.around.get(uri);
    if (around === undefined || JSON.stringify(around.leftOut) === JSON.stringify(leftOut)) return;
    around.leftOut = leftOut;
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

  /** @param engine or why there is none */
  useTemplateEngine(engine: TemplateEngine | string): void {
    this.templates.useEngine(engine);
    this.snapshots.clear();
    this.revision++;
  }

  needsTemplateEngine(): boolean {
    const needs = (file: SourceFile) => this.templates.needsEngine(file);
    return [...this.opened.values()].some(needs) || [...this.onDisk.values()].some(needs);
  }

  /** The file, or what it renders to. */
  rendered(uri: string): Rendering | undefined {
    const file = this.file(uri);
    return file && this.templates.render(file);
  }

  /** True when the text of the file says that it concerns us. */
  concerns(uri: string): boolean {
    const file = this.file(uri);
    return file !== undefined && (kindsOf(file).length > 0 || this.templates.kinds(file).length > 0);
  }

  design(uri: string): Design {
    const reach = this.around.get(uri)?.files;
    const onDisk = [...this.onDisk].filter(([file]) => reach?.has(file) ?? true);
    const files = new Map([...onDisk, ...this.opened]);
    return resolveDesign(uri, [...files.values()], this.settings.designs, [], (file) => this.templates.kinds(file));
  }

  /** What is known about the design of a file; `null` for a file we do not have. */
  snapshot(uri: string): Snapshot | null {
    return finish(this.preparing(uri));
  }

  /** The same in short steps. What comes of it is out of date if `revision` changes in between. */
  *preparing(uri: string): Generator<void, Snapshot | null> {
    if (this.file(uri) === undefined) return null;
    const { revision } = this;
    const cached = this.snapshots.get(uri);
    if (cached?.revision === revision) return cached.snapshot;
    const design = this.design(uri);
    const renderings = design.parts.flatMap((part) => this.rendered(part.uri) ?? []);
    const files = renderings.map(({ file }) => file);
    const before = cached?.snapshot;
    const unchanged = before !== undefined && sameFiles(before.files, files) && before.design.layer === design.layer;
    const known = unchanged ? { ...before, design } : yield* this.analysing(design, renderings);
    const leftOut = this.around.get(uri)?.leftOut ?? null;
    const snapshot = { ...known, tables: this.tablesFor(known), leftOut };
    if (this.revision === revision) this.snapshots.set(uri, { revision, snapshot });
    return snapshot;
  }

  /** Files that may hold energy tables for the design of a file that has none, the likeliest first. */
  tablesAround(uri: string): TableOffer[] {
    return this.tablesAroundDesign(this.design(uri));
  }

  private tablesAroundDesign({ main, parts }: Design): TableOffer[] {
    const tables = this.around.get(main)?.tables ?? [];
    if (tables.length === 0 || parts.some(({ kinds }) => kinds.includes("ERT"))) return [];
    return tablesAround(
      parts.map((part) => part.uri),
      tables,
    );
  }

  private tablesFor({ design, specification }: Pick<Snapshot, "design" | "specification">): TableOffer | null {
    const offers = this.tablesAroundDesign(design);
    if (offers.length === 0) return null;
    const guessed = guessedComponents(specification);
    if (guessed.length === 0) return null;
    const suits = ({ ert }: TableOffer) => {
      const file = this.file(ert);
      return file !== undefined && tabulates(file, guessed);
    };
    return offers.find(suits) ?? null;
  }

  private *analysing(
    design: Design,
    renderings: readonly Rendering[],
  ): Generator<void, Omit<Snapshot, "tables" | "leftOut">> {
    const files = renderings.map(({ file }) => file);
    for (const file of files) yield* parsingYaml(file);
    const whole = yield* readingSpecification(files);
    yield;
    const chosen = design.layer === null ? [] : whole.layers.filter((layer) => layer.workload.name === design.layer);
    const specification = chosen.length > 0 ? { ...whole, layers: chosen } : whole;
    // Other documents of the same design have evaluated the same layers.
    const before = [...this.snapshots.values()].map(({ snapshot }) => snapshot.analysis);
    const latency = this.settings.latency?.(design.main) ?? null;
    const analysis = yield* analysing(specification, this.settings.evaluation, { before, latency });
    const included = renderings.flatMap(({ sources }) => sources);
    const templateProblems = renderings.flatMap(({ problems }) => problems);
    return { design, files, included, templateProblems, specification, analysis };
  }
}

function sameFiles(a: readonly SourceFile[], b: readonly SourceFile[]): boolean {
  return a.length === b.length && a.every((file, index) => file === b[index]);
}
