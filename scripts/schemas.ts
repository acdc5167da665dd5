/** The JSON Schemas of `syntaxes/schemas`, made from the table of words that hover and completion use too. */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { attributes, directiveKeys, type Word, type Words } from "../server/src/features/vocabulary.ts";
import { problemKeys, topLevelKeys } from "../server/src/features/vocabulary-parts.ts";

type Schema = Readonly<Record<string, unknown>>;

const draft = "http://json-schema.org/draft-07/schema#";
/** Expressions may stand for numbers (v0.4), `null` for what is not set; names and switches have many spellings. */
const number = { type: ["number", "string", "null"] };
const types: Readonly<Record<Word["type"], Schema>> = {
  number,
  integer: number,
  string: {},
  boolean: {},
  list: { type: ["array", "string", "null"] },
  map: {},
};

function describe(word: Word): Schema {
  const facts = [word.unit && `Unit: ${word.unit}.`, word.default && `Default: ${word.default}.`].filter(Boolean);
  const values = word.values && word.type === "string" ? { examples: word.values } : {};
  const description = [word.meaning, ...facts].join(" ").replaceAll(/[*`]/g, "");
  return {
    ...(word.inside === undefined ? types[word.type] : insideOf(word.type, word.inside)),
    ...values,
    description,
  };
}

/** Some lists may be maps or names as well. */
function insideOf(type: Word["type"], inside: Words): Schema {
  const properties = propertiesOf(inside);
  return type === "list" ? { items: { properties } } : { properties };
}

/** Known words with their meaning; others are left to the language server, which knows the format's version. */
const propertiesOf = (words: Words): Schema =>
  Object.fromEntries(Object.entries(words).map(([name, word]) => [name, describe(word)]));
const object = (words: Words): Schema => ({ type: "object", properties: propertiesOf(words) });

const directive = { $ref: "#/definitions/directive" };
const listOf = (items: Schema): Schema => ({ type: "array", items });
const component: Schema = {
  type: "object",
  properties: {
    name: { type: "string", description: "Name of the component; a range such as PE[0..15] repeats it." },
    class: { type: ["string", "null"], description: "SRAM, DRAM, regfile, intmac or another class of Accelergy." },
    attributes: object(attributes),
    constraints: {},
    spatial: { type: "object", properties: { meshX: describe(attributes.meshX), meshY: describe(attributes.meshY) } },
    local: listOf({ $ref: "#/definitions/component" }),
    subtree: listOf({ $ref: "#/definitions/component" }),
    nodes: listOf({ $ref: "#/definitions/component" }),
  },
};
const constraints: Schema = {
  anyOf: [listOf(directive), { type: "object", properties: { version: number, targets: listOf(directive) } }],
};
const layer = object(problemKeys);

const parts: Readonly<Record<string, Schema>> = {
  architecture: { $ref: "#/definitions/component" },
  problem: { anyOf: [layer, listOf({})] },
  mapping: { anyOf: [listOf(directive), { type: "string" }] },
  constraints,
  architecture_constraints: constraints,
  mapspace_constraints: constraints,
};

/** A file may hold any parts of a design; `required` are the ones that the file's name promises. */
function schema(title: string, required: readonly string[]): Schema {
  const properties = Object.fromEntries(
    Object.entries(topLevelKeys).map(([name, word]) => {
      const { description, ...described } = describe(word);
      return [name, { ...(parts[name] ?? described), description }];
    }),
  );
  const definitions = { component, directive: object(directiveKeys) };
  return {
    $schema: draft,
    title,
    type: "object",
    properties,
    ...(required.length > 0 ? { required } : {}),
    definitions,
  };
}

/** File name to content. */
export function schemaFiles(): ReadonlyMap<string, string> {
  const schemas: Readonly<Record<string, Schema>> = {
    timeloop: schema("Timeloop design", []),
    architecture: schema("Timeloop architecture", ["architecture"]),
    problem: schema("Timeloop problem", ["problem"]),
    mapping: schema("Timeloop mapping", ["mapping"]),
    constraints: schema("Timeloop constraints", []),
  };
  return new Map(
    Object.entries(schemas).map(([name, content]) => [`${name}.json`, `${JSON.stringify(content, null, 2)}\n`]),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, text] of schemaFiles())
    writeFileSync(new URL(`../syntaxes/schemas/${name}`, import.meta.url), text);
}
