import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { folderOf, joinPath, matchesPattern } from "../../server/src/spec/v04/paths.ts";
import { isTemplate, renderTemplate, type TemplateFiles } from "../../server/src/spec/v04/template.ts";
import * as templateEngine from "../../server/src/spec/v04/template-engine.ts";
import { plain as plainValue } from "../../server/src/spec/values.ts";
import type { Location } from "../../server/src/syntax/source.ts";
import { child, parseYaml, type YamlNode } from "../../server/src/syntax/yaml.ts";
import { codes } from "./v04-support.ts";

const disk: Record<string, string> = {
  "design/arch.yaml":
    "architecture:\n  nodes:\n  - !Container {name: chip}\n  - !Component {name: mac, class: intmac}\n",
  "design/parts/a.yaml": "compound_components: {classes: [{name: a}, {name: b}]}\n",
  "design/parts/b.yaml": "compound_components: {classes: [{name: c}]}\n",
  "design/parts/notes.txt": "nothing",
  "layers/base.yaml": "base_ignore: &base\n  instance: {C: 1, M: 1}\n  shape: {dimensions: [C, M], tags: [x]}\n",
  "layers/one.yaml": "{{include_text('base.yaml')}}\nproblem:\n  <<<: *base\n  instance: {C: 4096}\n",
  "layers/loop.yaml": "{{include_text('loop.yaml')}}",
  "layers/broken.yaml": "a: [1, 2\nb: }\n",
};

const files: TemplateFiles = {
  read: (path) => disk[path] ?? null,
  list: (folder) =>
    Object.keys(disk).flatMap((path) => (folderOf(path) === folder ? [path.slice(folder.length + 1)] : [])),
};

function render(text: string, variables: Record<string, unknown> = {}, uri = "design/top.yaml.jinja2") {
  const { value, problems } = renderTemplate(templateEngine, { uri, text }, files, variables);
  const { root } = parseYaml(value.file);
  return { ...value, root, problems, plain: root === null ? null : plainValue(root) };
}

/** The text of the source file at a place. */
function at(location: Location | undefined, template: string): string {
  const text = disk[location?.uri ?? ""] ?? template;
  return text.slice(location?.start, location?.end);
}

test("text, variables, conditions and loops", () => {
  const { plain, problems } = render(
    "a: {{ x * 2 }}\n{% if x > 1 %}\nb: yes it is\n{% else %}\nb: no\n{% endif %}\nlist:\n{% for i in range(3) %}- n{{ i }}\n{% endfor %}",
    { x: 4 },
  );
  assert.deepEqual(problems, []);
  assert.deepEqual(plain, { a: 8, b: "yes it is", list: ["n0", "n1", "n2"] });
});

test("white space control, comments and raw text", () => {
  const { text, problems } = render(
    "a: [1, {#- gone -#}   \n{%- set y = 2 -%}\n\n{{- ' ' ~ y -}} ]\nc: '{% raw %}{{ kept }}{% endraw %}'\n",
  );
  assert.deepEqual(problems, []);
  assert.equal(text, "a: [1, 2]\nc: '{{ kept }}'\n");
});

test("includes keep the places of their own files", () => {
  const template = "architecture: {{include('arch.yaml', 'architecture')}}\nmine: {{ 1 + 1 }}\nlast: [7]\n";
  const { root, problems } = render(template);
  assert.deepEqual(problems, []);
  const nodes = child(child(root, "architecture"), "nodes");
  const first = nodes?.kind === "sequence" ? nodes.items[0] : undefined;
  assert.equal(first?.tag, "!Container");
  assert.equal(first?.location.uri, "design/arch.yaml");
  assert.equal(at(first?.location, template), "{name: chip}");
  assert.equal(at(child(root, "mine")?.location, template), "{{ 1 + 1 }}");
  assert.equal(at(child(root, "last")?.location, template), "[7]");
});

test("include_all joins lists of several files, each still a list", () => {
  const { plain, dependencies } = render("classes: {{include_all('parts/*.yaml', 'compound_components.classes')}}");
  assert.deepEqual(plain, { classes: [[{ name: "a" }, { name: "b" }], [{ name: "c" }]] });
  assert.ok(dependencies.includes("design/parts/b.yaml"));
});

test("include_text brings anchors; <<< merges maps within maps", () => {
  const text = disk["layers/one.yaml"] as string;
  const { root, plain, problems } = render(text, {}, "layers/one.yaml");
  assert.deepEqual(problems, []);
  assert.deepEqual((plain as { problem: unknown }).problem, {
    instance: { C: 4096, M: 1 },
    shape: { dimensions: ["C", "M"], tags: ["x"] },
  });
  const instance = child(child(root, "problem"), "instance");
  assert.equal(at(child(instance, "C")?.location, ""), "4096");
  assert.equal(child(instance, "C")?.location.uri, "layers/one.yaml");
  assert.equal(child(instance, "M")?.location.uri, "layers/base.yaml");
});

test("lists are appended under <<<, but not with !nomerge", () => {
  const { plain } = render(
    "base: &b {l: [d], k: [4], m: {x: 1, y: 2}}\nout:\n  <<<: *b\n  l: [a]\n  k: !nomerge [1]\n  m: {x: 9}\n",
  );
  assert.deepEqual((plain as { out: unknown }).out, { l: ["a", "d"], k: [1], m: { x: 9, y: 2 } });
});

test("add_to_path, path_exists, find_path, cwd, setenv", () => {
  const { plain, environment, problems } = render(
    "{{add_to_path('../layers')}}\na: {{ path_exists('one.yaml') }}\nb: {{ path_exists('two.yaml') }}\nc: {{ find_path('one.yaml') }}\nd: {{ cwd() }}\n" +
      "{% set p = p | default('one.yaml') %}\ne: {{include(p, 'problem.instance.C')}}\n{{ setenv('TIMELOOP_ENABLE_TOROIDAL_LINKS', 1) }}",
  );
  assert.deepEqual(problems, []);
  assert.deepEqual(plain, { a: true, b: false, c: "layers/one.yaml", d: "design", e: 4096 });
  assert.equal(environment.get("TIMELOOP_ENABLE_TOROIDAL_LINKS"), "1");
});

function problemsOf(template: string, variables: Record<string, unknown> = {}): [string, string][] {
  return render(template, variables).problems.map(({ code, location }) => [code, at(location, template)]);
}

test("problems have their place in the template, and the rest is still read", () => {
  assert.deepEqual(problemsOf("a: {{ nothing }}\nb: 1"), [["template-undefined", "{{ nothing }}"]]);
  assert.deepEqual(problemsOf("{% set f = cwd() ~ '/' ~ architecture %}\nb: 1"), [
    ["template-undefined", "{% set f = cwd() ~ '/' ~ architecture %}"],
  ]);
  assert.deepEqual(problemsOf("a: {{ include('none.yaml') }}\n"), [
    ["template-file-not-found", "{{ include('none.yaml') }}"],
  ]);
  assert.deepEqual(problemsOf("a: {{ include('arch.yaml', 'architecture.node') }}\n"), [
    ["template-missing-key", "{{ include('arch.yaml', 'architecture.node') }}"],
  ]);
  assert.deepEqual(problemsOf("a: 1\nb: {{ 1 + }}\nc: 3"), [["template-syntax", "{{ 1 + }}"]]);
  assert.deepEqual(problemsOf("a: 1\n{% if x %}\nc: 3"), [["template-syntax", "{% if x %}"]]);
  assert.deepEqual(problemsOf("a: 1\n{% endfor %}\nc: 3"), [["template-syntax", "{% endfor %}"]]);
  assert.deepEqual(problemsOf("a: 1\n{{ open\n"), [["template-syntax", "{{"]]);
  assert.deepEqual(codes(render("{{ include_text('../layers/loop.yaml') }}").problems), ["template-include-cycle"]);
  assert.deepEqual(render("a: {{ nothing }}\nb: 1").plain, { a: null, b: 1 });
  assert.deepEqual((render("a: 1\nb: {{ 1 + }}\nc: 3").plain as { c: number }).c, 3);
});

test("YAML problems of an included file point into that file", () => {
  const { problems } = render("x: {{ include('../layers/broken.yaml') }}");
  assert.ok(problems.length > 0);
  assert.ok(problems.every(({ location }) => location.uri === "layers/broken.yaml"));
});

test("work is bounded", () => {
  const nested = "{% for a in range(9000) %}{% for b in range(9000) %}x{% endfor %}{% endfor %}";
  assert.deepEqual(codes(render(nested).problems), ["template-too-long"]);
  assert.deepEqual(codes(render("{% for a in range(10 ** 9) %}x{% endfor %}").problems), ["template-too-long"]);
  const doubling = `{% set x = 'abcdefgh' %}${"{% set x = x ~ x %}".repeat(60)}{{ x }}`;
  assert.deepEqual(codes(render(doubling).problems), ["template-too-long"]);
  const recursion = "{% macro f(n) %}{{ f(n) }}{% endmacro %}{{ f(1) }}";
  assert.ok(render(recursion).problems.length > 0);
});

test("which files are templates", () => {
  const is = (text: string, uri = "a.yaml") => isTemplate({ uri, text });
  assert.ok(is("", "top.yaml.jinja2"));
  assert.ok(is("{{include_text('x')}}"));
  assert.ok(is("a:\n  <<<: *b"));
  assert.ok(is("a: !include b.yaml"));
  assert.ok(!is("mapping:\n- {target: DRAM, factors: C=1}\n"));
  assert.ok(!is("a: {b: {c: 1}}"));
});

test("!include and !includedir", () => {
  const { plain } = render("a: !include arch.yaml\nb: !includedir parts\n");
  const { a, b } = plain as { a: { architecture: unknown }; b: unknown[] };
  assert.ok(a.architecture);
  assert.equal(b.length, 2);
});

test("paths and patterns", () => {
  assert.equal(joinPath("a/b", "../c/./d.yaml"), "a/c/d.yaml");
  assert.equal(joinPath("/a", "../../x"), "/x");
  assert.equal(joinPath("a", "/x/y"), "/x/y");
  assert.equal(joinPath(".", "x"), "x");
  assert.equal(joinPath("file:///home/u", "../v/x.yaml"), "file:///home/v/x.yaml");
  assert.ok(matchesPattern("intmac.yaml", "*.yaml"));
  assert.ok(matchesPattern("a.b.c", "a*?c"));
  assert.ok(!matchesPattern("intmac.yml", "*.yaml"));
  assert.ok(!matchesPattern("a".repeat(5000), `${"*a".repeat(2000)}b`));
});

function inside(node: YamlNode, text: string): boolean {
  const { start, end, uri } = node.location;
  const length = (disk[uri] ?? text).length;
  const children =
    node.kind === "map" ? node.entries.map(({ value }) => value) : node.kind === "sequence" ? node.items : [];
  return start >= 0 && start <= end && end <= length && children.every((one) => inside(one, text));
}

test("any text renders without an exception, and every place lies in its file", () => {
  const pieces = fc.constantFrom(
    "{{",
    "}}",
    "{%",
    "%}",
    "{#",
    "#}",
    "{% if x %}",
    "{% endif %}",
    "{% for i in [1,2] %}",
    "{% endfor %}",
    "{{ i }}",
    "{{ x }}",
    "{{ include('arch.yaml') }}",
    "{{ include_text('../layers/one.yaml') }}",
    "{{-",
    "-}}",
    "a: ",
    "\n",
    "  ",
    "- ",
    "[",
    "]",
    "'",
    '"',
    "<<<: ",
    "&a ",
    "*a",
    "{% raw %}",
    "{% endraw %}",
    "{% set x = 1 %}",
    "{% macro m() %}",
    "{% endmacro %}",
    "{{ m() }}",
    "\uE0000\uE001",
    "!include arch.yaml",
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 25 }), (parts) => {
      const template = parts.join("");
      const { root, problems } = render(template);
      const lengths = problems.every(
        ({ location: { uri, start, end } }) => start <= end && end <= (disk[uri] ?? template).length,
      );
      return lengths && (root === null || inside(root, template));
    }),
    { numRuns: 3000 },
  );
});
