import type { Problem, SourceFile } from "../../syntax/source.ts";
import { adoptYaml, describe, parseYaml, type YamlFile, type YamlNode } from "../../syntax/yaml.ts";
import type { Reading } from "../types.ts";
import { folderOf, isPattern, joinPath, matchesPattern } from "./paths.ts";
import { expandMarkers, type Locate, relocate } from "./source-map.ts";
import type { RenderProgress, TemplateEngine } from "./template-engine.ts";
import { engineText, type Segment, scanTemplate } from "./template-scan.ts";
import { findSyntaxError } from "./template-syntax.ts";
import { resolveTree } from "./tree-merge.ts";

/** How templates reach other files. Reading is the caller's business: disk, editor or memory. */
export interface TemplateFiles {
  /** The text of a file, or null when there is none. */
  read(path: string): string | null;
  /** Names of the files in a folder, for patterns such as `components/*.yaml`. */
  list?(folder: string): readonly string[];
}

export interface RenderedTemplate {
  /**
   * The template itself: its own URI and text. `parseYaml` of it gives the rendered tree, in which every node has
   * its place in the template or in the file it was included from.
   */
  file: SourceFile;
  /** The text that YAML sees. */
  text: string;
  /** Paths of all files that were read or looked for. */
  dependencies: readonly string[];
  /** The included files as they were read: places in the tree may lie in them. */
  sources: readonly SourceFile[];
  /** What `setenv` set. */
  environment: ReadonlyMap<string, string>;
}

/** UTF-16 code units of a rendered text. */
const maximumLength = 8 * 1024 * 1024;
/** Tags of one rendering with all includes, and UTF-16 code units of one tag. */
const maximumTags = 20_000;
const maximumTagLength = 10_000;
/** Includes within includes. */
const maximumDepth = 20;
const includeTag = "!include_loaded";

/** Does this file need rendering: template tags, `!include`, or a hierarchical merge key? */
export function isTemplate(file: SourceFile): boolean {
  return /\.jinja2?$/.test(file.uri) || /\{%|\{\{\s*[a-z_]\w*\s*[(|}]|!include|^\s*<<<\s*:/m.test(file.text);
}

/**
 * Renders a Jinja template as the front end does (`accelergy/utils/yaml.py`): `include`, `include_all`,
 * `include_text`, `add_to_path`, `cwd`, `find_path`, `find_paths`, `path_exists`, `setenv`. `variables` are those a
 * script passes as `jinja_parse_data`. Never touches a disk and never hangs: work, text and depth are bounded.
 */
export function renderTemplate(
  engine: TemplateEngine,
  file: SourceFile,
  files: TemplateFiles,
  variables: Readonly<Record<string, unknown>> = {},
): Reading<RenderedTemplate> {
  const session = new Session(engine, files, variables);
  const { tree, text } = session.load(file, [], []);
  const own: SourceFile = { uri: file.uri, text: file.text };
  adoptYaml(own, tree);
  const { dependencies, environment, problems } = session;
  const sources = [...session.sources].map(([uri, read]) => ({ uri, text: read }));
  return { value: { file: own, text, dependencies: [...dependencies], sources, environment }, problems };
}

/** One rendering with everything it includes. */
class Session implements RenderProgress {
  steps = 0;
  segments: Segment[] = [];
  current: Segment | null = null;
  readonly problems: Problem[] = [];
  readonly dependencies = new Set<string>();
  /** Texts of the files that exist, by path. */
  readonly sources = new Map<string, string>();
  readonly environment = new Map<string, string>();
  /** Trees put in for `!include_loaded NUMBER`. */
  private readonly included: (YamlNode | null)[] = [];

  constructor(
    private readonly engine: TemplateEngine,
    private readonly files: TemplateFiles,
    private readonly variables: Readonly<Record<string, unknown>>,
  ) {}

  report(code: string, message: string): void {
    const { uri = "", start = 0, end = 0 } = this.current ?? {};
    const location = { uri, start, end };
    const same = this.problems.some(
      (other) => other.code === code && other.location.start === start && other.location.uri === uri,
    );
    if (!same) this.problems.push({ code, severity: "error", message, location });
  }

  /** A file as YAML: rendered, parsed, with the trees of included files in place. */
  load(file: SourceFile, folders: readonly string[], stack: readonly string[]): { tree: YamlFile; text: string } {
    const output = this.render(file, [...folders], [...stack, file.uri]);
    const expanded = expandMarkers(output, this.segments, file.uri, maximumLength);
    if (expanded === null)
      this.report("template-too-long", `The rendered text is longer than ${maximumLength} characters.`);
    const { text, locate } = expanded ?? { text: "", locate: () => ({ uri: file.uri, start: 0, end: 0 }) };
    const parsed = parseYaml({ uri: file.uri, text });
    for (const problem of parsed.problems) this.problems.push(relocateProblem(problem, locate));
    const resolve = (node: YamlNode) => this.resolve(node, folders, [...stack, file.uri]);
    const documents = parsed.documents.map((root) => resolveTree(relocate(root, locate), resolve, this.problems));
    return { tree: { documents, root: documents[0] ?? null, problems: [] }, text };
  }

  /** The engine's output: numbers of segments and what the tags put out. */
  private render(file: SourceFile, folders: string[], stack: readonly string[]): string {
    const { segments, unclosed } = scanTemplate(file.uri, file.text);
    const first = this.segments.length;
    for (const segment of segments) this.segments.push(segment);
    const outer = this.current;
    const isTooLong = (segment: Segment) => segment.kind !== "text" && segment.end - segment.start > maximumTagLength;
    const tooLong = this.segments.length > 2 * maximumTags ? segments[0] : segments.find(isTooLong);
    if (tooLong !== undefined) {
      this.current = tooLong;
      this.report(
        "template-too-long",
        `More than ${maximumTags} tags, or a tag of more than ${maximumTagLength} characters.`,
      );
      this.current = outer;
      return this.textsOnly(segments, first);
    }
    try {
      if (unclosed !== null) {
        this.current = unclosed;
        this.report("template-syntax", "This tag is not closed.");
      }
      const program = this.engine.parseTemplate(engineText(segments, first));
      return this.engine.runTemplate(program, this.variables, this.functions(file, folders, stack), this);
    } catch (error) {
      this.explain(error, segments);
      return this.textsOnly(segments, first);
    } finally {
      this.current = outer;
    }
  }

  /** What is left of a template that cannot be run. */
  private textsOnly(segments: readonly Segment[], first: number): string {
    return segments
      .map((segment, index) => (segment.kind === "text" ? engineText([segment], first + index) : ""))
      .join("");
  }

  private explain(error: unknown, segments: readonly Segment[]): void {
    if (error instanceof this.engine.TemplateTooLong) {
      this.report("template-too-long", `Rendering is given up: ${error.message}.`);
      return;
    }
    const found = findSyntaxError(this.engine, segments);
    this.current = found?.segment ?? this.current ?? segments[0] ?? null;
    const reason = found?.message ?? (error instanceof Error ? error.message : String(error));
    this.report("template-syntax", `The template cannot be read: ${reason}.`);
  }

  private functions(file: SourceFile, folders: string[], stack: readonly string[]) {
    const here = folderOf(file.uri);
    const find = (path: unknown): string[] => this.find(String(path), [here, ...folders]);
    return {
      cwd: () => here,
      add_to_path: (path: string) => {
        folders.push(joinPath(here, String(path)));
        return "";
      },
      path_exists: (path: string) => this.find(String(path), [here, ...folders], false).length > 0,
      find_path: (path: string) => find(path)[0] ?? "",
      find_paths: (path: string) => find(path),
      include: (path: string, keys?: string) => this.include(find(path).slice(0, 1), false, keys, folders, stack),
      include_all: (path: string, keys?: string) => this.include(find(path), true, keys, folders, stack),
      include_text: (path: string) =>
        find(path)
          .map((found) => this.nested(found, stack, (text) => this.render(text, [...folders], [...stack, found])) ?? "")
          .join("\n"),
      setenv: (key: string, value: unknown) => {
        this.environment.set(String(key), String(value));
        return "";
      },
    };
  }

  /** Runs `use` on a file unless it is missing, includes itself or lies too deep. */
  private nested<T>(path: string, stack: readonly string[], use: (file: SourceFile) => T): T | null {
    if (stack.includes(path)) this.report("template-include-cycle", `${path} includes itself.`);
    else if (stack.length > maximumDepth)
      this.report("template-include-cycle", `Includes are more than ${maximumDepth} deep.`);
    else {
      const text = this.read(path);
      if (text !== null) return use({ uri: path, text });
    }
    return null;
  }

  private read(path: string): string | null {
    this.dependencies.add(path);
    const text = this.sources.get(path) ?? this.files.read(path);
    if (text !== null) this.sources.set(path, text);
    return text;
  }

  /** Existing files for a path or pattern, looked for in each folder in turn. */
  private find(path: string, folders: readonly string[], required = true): string[] {
    const candidates = [...new Set(folders.map((folder) => joinPath(folder, path)))];
    const found = isPattern(path)
      ? candidates.flatMap((candidate) => this.match(candidate))
      : candidates.filter((candidate) => this.read(candidate) !== null);
    if (found.length === 0 && required)
      this.report("template-file-not-found", `There is no file ${path}. Looked for: ${candidates.join(", ")}.`);
    return [...new Set(found)];
  }

  private match(pattern: string): string[] {
    const folder = folderOf(pattern);
    if (isPattern(folder)) return [];
    const name = pattern.slice(pattern.lastIndexOf("/") + 1);
    const names = this.files.list?.(folder) ?? [];
    return [...names].sort().flatMap((other) => (matchesPattern(other, name) ? [joinPath(folder, other)] : []));
  }

  private include(
    paths: readonly string[],
    all: boolean,
    keys: string | undefined,
    folders: readonly string[],
    stack: readonly string[],
  ): string {
    const trees = paths.map((path) => this.nested(path, stack, (file) => this.load(file, folders, stack).tree.root));
    const parts = trees.flatMap((tree) => {
      const part = tree === null ? null : this.select(tree, keys ?? "");
      return part === null ? [] : [part];
    });
    const [first] = parts;
    const { uri = "", start = 0, end = 0 } = this.current ?? {};
    const list: YamlNode = { kind: "sequence", items: parts, tag: null, location: { uri, start, end } };
    this.included.push(all && parts.length !== 1 ? list : (first ?? null));
    return `${includeTag} ${this.included.length - 1}`;
  }

  /** Follows dot-separated keys. */
  private select(root: YamlNode, keys: string): YamlNode | null {
    let node = root;
    for (const key of keys.split(".").filter((part) => part !== "")) {
      const next: YamlNode | undefined =
        node.kind === "map"
          ? node.index.get(key)?.value
          : node.kind === "sequence"
            ? node.items[Number(key)]
            : undefined;
      if (next === undefined) {
        this.report(
          "template-missing-key",
          `“${keys}” is not in ${root.location.uri}: ${describe(node)} has no “${key}”.`,
        );
        return null;
      }
      node = next;
    }
    return node;
  }

  /** `!include_loaded`, and the YAML tags `!include FILE` and `!includedir FOLDER`. */
  private resolve(node: YamlNode, folders: readonly string[], stack: readonly string[]): YamlNode | undefined {
    if (node.kind !== "scalar" || node.tag === null || !node.tag.startsWith("!include")) return undefined;
    const empty: YamlNode = { ...node, text: "", value: null, tag: null };
    if (node.tag === includeTag) return this.included[Number(node.text)] ?? empty;
    this.current = { kind: "output", ...node.location, text: "" };
    const path = node.text.replace(/,$/, "");
    const wanted = node.tag === "!includedir" ? `${path}/*.yaml` : path;
    const found = this.find(wanted, [folderOf(node.location.uri)]);
    const trees = found.map((each) => this.nested(each, stack, (file) => this.load(file, folders, stack).tree.root));
    const items = trees.filter((tree) => tree !== null);
    this.current = null;
    if (node.tag === "!includedir") return { kind: "sequence", items, tag: null, location: node.location };
    return items[0] ?? empty;
  }
}

function relocateProblem(problem: Problem, locate: Locate): Problem {
  const { start, end } = problem.location;
  // Edits would fit the rendered text only.
  const { fixes: _, ...rest } = problem;
  return { ...rest, location: locate(start, end) };
}
