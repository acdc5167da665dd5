/** The engine that renders templates is a script of its own, which the server loads when it meets the first template. */

import assert from "node:assert/strict";
import { test } from "node:test";
import * as templateEngine from "../../server/src/spec/v04/template-engine.ts";
import { type Client, exampleFiles, until, withServer } from "./harness.ts";

const plain = exampleFiles("three-level");
const templated = exampleFiles("three-level-v0.4");
const top = "three-level-v0.4/top.yaml.jinja2";
const mapping = "three-level/resnet50-conv3x3.map.yaml";

/** An engine that is there once it is let in. */
function late() {
  const engine = { loads: 0, arrive: () => {}, fail: (_: Error) => {} };
  const coming = new Promise<typeof templateEngine>((resolve, reject) => {
    engine.arrive = () => resolve(templateEngine);
    engine.fail = reject;
  });
  const loadTemplateEngine = () => {
    engine.loads++;
    return coming;
  };
  return { engine, loadTemplateEngine };
}

const titles = async (client: Client, path: string): Promise<string> =>
  (await client.request("textDocument/codeLens", path))
    .map((lens: { command: { title: string } }) => lens.command.title)
    .join("\n");

test("designs without templates never load the engine", async () => {
  const { engine, loadTemplateEngine } = late();
  await withServer({ files: plain, host: { loadTemplateEngine } }, async (client) => {
    await client.open(mapping);
    await client.settled(mapping);
    assert.match(await titles(client, mapping), /cycles/);
    assert.equal(engine.loads, 0);
  });
});

test("a request made before the engine is there is answered with what the template says then", async () => {
  const { engine, loadTemplateEngine } = late();
  await withServer({ files: templated, host: { loadTemplateEngine } }, async (client) => {
    const uri = await client.open(top);
    const asked = titles(client, top);
    await until("the engine to be asked for", () => engine.loads === 1);
    // Typed while the engine is on its way.
    await client.change(top, client.files.get(uri)!.replace("'resnet50-conv3x3'", "'gemm'"));
    const askedAfter = titles(client, top);
    engine.arrive();
    const [first, second] = [await asked, await askedAfter];
    assert.match(second, /cycles/);
    assert.equal(first, second, "an answer made from a text that is no more");
    await client.close(top);
    await client.open(top, client.files.get(uri)!.replace("'resnet50-conv3x3'", "'gemm'"));
    assert.equal(await titles(client, top), second);
    assert.equal(engine.loads, 1);
  });
});

test("a file becomes a template as it is typed in", async () => {
  const { engine, loadTemplateEngine } = late();
  await withServer({ files: plain, host: { loadTemplateEngine } }, async (client) => {
    const uri = await client.open(mapping);
    await client.settled(mapping);
    const before = await titles(client, mapping);
    const text = client.files.get(uri)!;
    const written = text.replace("permutation:", "permutation: {{ order }}#");
    assert.notEqual(written, text);
    await client.change(mapping, `{% set order = ${JSON.stringify("KCPQRSN")} %}\n${written}`);
    const asked = titles(client, mapping);
    await until("the engine to be asked for", () => engine.loads === 1);
    engine.arrive();
    assert.match(await asked, /cycles/);
    assert.ok(!(await client.diagnostics(mapping)).some(({ code }) => String(code).startsWith("template-")));
    await client.change(mapping, text);
    assert.equal(await titles(client, mapping), before);
  });
});

test("a template that cannot be rendered says why", async () => {
  const { engine, loadTemplateEngine } = late();
  await withServer({ files: plain, host: { loadTemplateEngine } }, async (client) => {
    const uri = await client.open(mapping, `{% set unused = 1 %}\n${plain[mapping]}`);
    await until("the engine to be asked for", () => engine.loads === 1);
    engine.fail(new Error("no such file"));
    await until("a word about it", async () =>
      (await client.diagnostics(mapping)).some(
        ({ code, message }) => code === "template-not-rendered" && String(message).includes("no such file"),
      ),
    );
    assert.ok(client.logs.some((line) => line.includes("no such file")));
    await client.change(mapping, client.files.get(uri)!);
    assert.match(await titles(client, mapping), /cycles/);
  });
});
