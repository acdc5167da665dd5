/** Surprises by file patterns, settings and commands: what the manifest claims of files and editors that are not its own. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, matchesGlob } from "node:path";
import { describe, test } from "node:test";
import { repositoryRoot } from "../support/shared.ts";

const manifest = JSON.parse(readFileSync(join(repositoryRoot, "package.json"), "utf8"));
const { contributes } = manifest;

/** A pattern without a folder is about the name alone. */
const matches = (pattern: string, path: string) => matchesGlob(path.slice(path.lastIndexOf("/") + 1), pattern);

describe("files", () => {
  const schemas: [pattern: string, schema: string][] = contributes.yamlValidation.flatMap(
    ({ fileMatch, url }: { fileMatch: string[]; url: string }) => fileMatch.map((pattern) => [pattern, url]),
  );
  const [language] = contributes.languages;
  const schemaOf = (path: string) =>
    schemas.filter(([pattern]) => matches(pattern, path)).map(([, url]) => url.replace(/^.*\/(.*)\.json$/, "$1"));
  const isOurs = (path: string) =>
    language.extensions.some((ending: string) => path.endsWith(ending)) ||
    language.filenamePatterns.some((pattern: string) => matches(pattern, path));

  test("names that promise a kind get its schema, and one only", () => {
    const promised: Record<string, string> = {
      "eyeriss.arch.yaml": "architecture",
      "a/b/eyeriss.arch.yml": "architecture",
      "conv1.prob.yaml": "problem",
      "conv1.problem.yaml": "problem",
      "conv1.map.yaml": "mapping",
      "timeloop-mapper.map.yaml": "mapping",
      "rs.constraints.yml": "constraints",
      "all.timeloop.yaml": "timeloop",
    };
    for (const [path, schema] of Object.entries(promised)) assert.deepEqual(schemaOf(path), [schema], path);
  });

  test("files of others, and names that promise nothing, are left alone", () => {
    const others = [
      ...["compose.yaml", "docker-compose.yml", ".github/workflows/ci.yml", "k8s/map.yaml", "values.yaml"],
      ...["roadmap.yaml", "sitemap.yaml", "search.yaml", "arch.yaml", "constraints.yaml", "openapi.problem.json"],
      ...[
        "bitmap.yml",
        "Chart.yaml",
        "mkdocs.yml",
        "playbook.yaml",
        "top.yaml",
        "index.html.jinja2",
        "job.yaml.jinja2",
      ],
      ...["map.txt", "arch.json", "package.json", "my.timeloop.json"],
    ];
    for (const path of others) {
      assert.deepEqual(schemaOf(path), [], path);
      assert.equal(isOurs(path), false, path);
    }
  });

  test("the language is claimed by name only where the name says so; all else is told by content", () => {
    for (const path of ["a.timeloop.yaml", "a.timeloop.yml", "top.yaml.jinja2", "x/top.yaml.jinja2"])
      assert.ok(isOurs(path), path);
    assert.ok(!language.extensions.includes(".yaml") && !language.extensions.includes(".yml"));
    const first = new RegExp(language.firstLine);
    assert.ok(first.test("# mapspace: architecture=arch.yaml"));
    assert.ok(first.test("  #mapspace: problem=p.yaml"));
    for (const line of ["# yaml-language-server: $schema=x", "mapspace:", "# see mapspace: here"]) {
      assert.ok(!first.test(line), line);
    }
  });

  test("examples and their names agree with the schemas", () => {
    const names = readdirSync(join(repositoryRoot, "examples"), { recursive: true, encoding: "utf8" });
    const maps = names.filter((name) => /map\.yaml$/.test(name));
    assert.ok(maps.length >= 16);
    for (const name of maps) assert.deepEqual(schemaOf(name), ["mapping"], name);
  });
});

describe("settings", () => {
  const settings: [string, Record<string, unknown>][] = contributes.configuration.flatMap(
    (group: { properties: object }) => Object.entries(group.properties),
  );
  const scopes = ["application", "machine", "machine-overridable", "window", "resource", "language-overridable"];

  test("each has a scope, a default and a description; each value of a choice is named and explained", () => {
    for (const [name, setting] of settings) {
      assert.match(name, /^mapspace\./);
      assert.ok(scopes.includes(String(setting.scope)), `${name}: ${setting.scope}`);
      assert.ok("default" in setting, name);
      assert.match(String(setting.markdownDescription), /^%.+%$/, name);
      const choices = setting.enum as unknown[] | undefined;
      if (choices === undefined) continue;
      for (const texts of [setting.enumDescriptions, setting.enumItemLabels] as unknown[][])
        assert.equal(texts?.length, choices.length, name);
      assert.ok(choices.includes(setting.default), name);
    }
  });

  test("what runs commands is restricted in workspaces that are not trusted, and nothing else is", () => {
    const running = settings.map(([name]) => name).filter((name) => name.startsWith("mapspace.evaluator."));
    const { untrustedWorkspaces, virtualWorkspaces } = manifest.capabilities;
    assert.deepEqual(untrustedWorkspaces.restrictedConfigurations, running);
    assert.equal(untrustedWorkspaces.supported, "limited");
    assert.equal(virtualWorkspaces, true);
    for (const [name, { scope }] of settings)
      assert.equal(scope === "machine-overridable", running.includes(name), name);
  });
});

describe("commands", () => {
  const always = ["mapspace.restartServer", "mapspace.showLog"];
  const commands: { command: string; category: string; enablement?: string }[] = contributes.commands;

  test("those about a file show and work in Timeloop files only; restart and log always", () => {
    const palette: { command: string; when: string }[] = contributes.menus.commandPalette;
    for (const { command, category, enablement } of commands) {
      assert.equal(category, "Mapspace");
      const shown = palette.find((item) => item.command === command)?.when;
      const wanted = always.includes(command) ? undefined : "editorLangId == timeloop";
      assert.deepEqual([shown, enablement], [wanted, wanted], command);
    }
  });

  test("no menu names a command that is none", () => {
    const known = new Set(commands.map(({ command }) => command));
    for (const items of Object.values(contributes.menus) as { command: string }[][])
      for (const { command } of items) assert.ok(known.has(command), command);
  });
});
