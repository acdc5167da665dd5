import type { SourceEdit, SourceFile } from "../../syntax/source.ts";
import type { YamlMap, YamlNode } from "../../syntax/yaml.ts";
import { quotedWord } from "../formats/mapping-yaml.ts";
import { keyword } from "../keywords.ts";
import { type NamedShape, namedShape } from "../shapes.ts";
import { valueAt } from "../values.ts";

/** Edits that make a problem one of v0.4: the version, keys with underscores, a shape written out. */
export function problemEdits(problem: YamlNode, file: SourceFile): SourceEdit[] {
  if (problem.kind !== "map") return [];
  const edits = renamedKeys(problem);
  const version = valueAt(problem, "version");
  if (version !== undefined) edits.push({ location: version.location, newText: "0.4" });
  else {
    const { uri, start } = problem.location;
    const flow = file.text[start] === "{";
    const column = start - (file.text.lastIndexOf("\n", start - 1) + 1);
    const at = flow ? start + 1 : start;
    const lineEnd = file.text.includes("\r\n") ? "\r\n" : "\n";
    const newText = flow ? "version: 0.4, " : `version: 0.4${lineEnd}${" ".repeat(column)}`;
    edits.push({ location: { uri, start: at, end: at }, newText });
  }
  const shape = valueAt(problem, "shape");
  const known = shape?.kind === "scalar" ? namedShape(shape.text) : undefined;
  if (shape !== undefined && known !== undefined) edits.push({ location: shape.location, newText: shapeText(known) });
  return edits;
}

function renamedKeys(map: YamlMap): SourceEdit[] {
  return map.entries.flatMap(({ key, value, merged }) => {
    const name = keyword(key.text);
    const own = merged || name === key.text ? [] : [{ location: key.location, newText: name }];
    const inside =
      value.kind === "map"
        ? renamedKeys(value)
        : value.kind === "sequence"
          ? value.items.flatMap((item) => (item.kind === "map" ? renamedKeys(item) : []))
          : [];
    return [...own, ...inside];
  });
}

function shapeText({ name, dimensions, coefficients, dataSpaces }: NamedShape): string {
  const term = (text: string) => `[${text.split("*").map(quotedWord).join(", ")}]`;
  const spaces = dataSpaces.map((space) => {
    const ranks = space.ranks.map((rank) => `[${rank.map(term).join(", ")}]`).join(", ");
    return `{name: ${space.name}, projection: [${ranks}]${space.readWrite ? ", read_write: true" : ""}}`;
  });
  const factors = Object.entries(coefficients).map(([key, value]) => `{name: ${key}, default: ${value}}`);
  const parts = [
    `name: ${quotedWord(name.replaceAll("-", "_"))}`,
    `dimensions: [${dimensions.map(quotedWord).join(", ")}]`,
    ...(factors.length === 0 ? [] : [`coefficients: [${factors.join(", ")}]`]),
    `data_spaces: [${spaces.join(", ")}]`,
  ];
  return `{${parts.join(", ")}}`;
}
