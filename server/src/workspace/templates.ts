/** Templates (`*.yaml.jinja2`) as the files they render to, kept until the template or a file it includes changes. */

import { isTemplate, renderTemplate } from "../spec/v04/template.ts";
import type { TemplateEngine } from "../spec/v04/template-engine.ts";
import type { Problem, SourceFile } from "../syntax/source.ts";
import { adoptYaml, parseYaml } from "../syntax/yaml.ts";
import { type FileKind, kindsOf, kindsOfKeys } from "./kinds.ts";

export interface Rendering {
  /** A plain file is its own rendering. */
  file: SourceFile;
  sources: readonly SourceFile[];
  problems: readonly Problem[];
  /** Every file that was read or looked for, with the text it had; `null` where there was none. */
  dependencies: ReadonlyMap<string, string | null>;
}

const none: ReadonlyMap<string, string | null> = new Map();

export class TemplateCache {
  private readonly templates = new WeakMap<SourceFile, boolean>();
  private renderings = new WeakMap<SourceFile, Rendering>();
  private engine: TemplateEngine | null = null;
  private whyNoEngine = "the engine that renders it is still being loaded";

  /** @param read the text of a file by URI, `null` when it is not known */
  constructor(private readonly read: (uri: string) => string | null) {}

  /** @param engine or why there is none */
  useEngine(engine: TemplateEngine | string): void {
    if (typeof engine === "string") this.whyNoEngine = engine;
    else this.engine = engine;
    this.renderings = new WeakMap();
  }

  /** A template cannot be rendered before it gets an engine. */
  needsEngine(file: SourceFile): boolean {
    return this.engine === null && this.isTemplate(file);
  }

  render(file: SourceFile): Rendering {
    if (!this.isTemplate(file)) return { file, sources: [], problems: [], dependencies: none };
    const known = this.renderings.get(file);
    if (known !== undefined && [...known.dependencies].every(([uri, text]) => this.read(uri) === text)) return known;
    const rendering = this.engine === null ? this.unrendered(file) : this.rendered(this.engine, file);
    this.renderings.set(file, rendering);
    return rendering;
  }

  private rendered(engine: TemplateEngine, file: SourceFile): Rendering {
    const { value, problems } = renderTemplate(engine, file, { read: this.read });
    return {
      file: value.file,
      sources: value.sources,
      problems,
      dependencies: new Map(value.dependencies.map((uri) => [uri, this.read(uri)])),
    };
  }

  private unrendered({ uri, text }: SourceFile): Rendering {
    const file = { uri, text };
    adoptYaml(file, { documents: [], root: null, problems: [] });
    const message = `This template says nothing yet: ${this.whyNoEngine}.`;
    const location = { uri, start: 0, end: 0 };
    const problem: Problem = { code: "template-not-rendered", severity: "warning", message, location };
    return { file, sources: [], problems: [problem], dependencies: none };
  }

  kinds(file: SourceFile): readonly FileKind[] {
    if (!this.isTemplate(file) || this.engine === null) return kindsOf(file);
    const { root } = parseYaml(this.render(file).file);
    return root?.kind === "map" ? kindsOfKeys(root.index.keys()) : [];
  }

  private isTemplate(file: SourceFile): boolean {
    let known = this.templates.get(file);
    if (known === undefined) {
      known = isTemplate(file);
      this.templates.set(file, known);
    }
    return known;
  }
}
