/** Templates (`*.yaml.jinja2`) as the files they render to, kept until the template or a file it includes changes. */

import { isTemplate, renderTemplate } from "../spec/v04/template.ts";
import type { Problem, SourceFile } from "../syntax/source.ts";
import { parseYaml } from "../syntax/yaml.ts";
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
  private readonly renderings = new WeakMap<SourceFile, Rendering>();

  /** @param read the text of a file by URI, `null` when it is not known */
  constructor(private readonly read: (uri: string) => string | null) {}

  render(file: SourceFile): Rendering {
    if (!this.isTemplate(file)) return { file, sources: [], problems: [], dependencies: none };
    const known = this.renderings.get(file);
    if (known !== undefined && [...known.dependencies].every(([uri, text]) => this.read(uri) === text)) return known;
    const { value, problems } = renderTemplate(file, { read: this.read });
    const rendering: Rendering = {
      file: value.file,
      sources: value.sources,
      problems,
      dependencies: new Map(value.dependencies.map((uri) => [uri, this.read(uri)])),
    };
    this.renderings.set(file, rendering);
    return rendering;
  }

  kinds(file: SourceFile): readonly FileKind[] {
    if (!this.isTemplate(file)) return kindsOf(file);
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
