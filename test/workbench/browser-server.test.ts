import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { repositoryRoot } from "../support/shared.ts";
import { launchBrowser, patience } from "./browser.ts";
import { ensureBuilt } from "./build.ts";
import { bundledWorkbenchRunsHere } from "./setup.ts";

const skip = bundledWorkbenchRunsHere ? false : "the browser is set up on Linux x64 only";
const example = (name: string) => readFileSync(join(repositoryRoot, "examples/three-level", name), "utf8");

interface Message {
  id?: number;
  method?: string;
  params?: unknown;
  result?: unknown;
  error?: unknown;
}

/** Runs in the page: a worker with the server, and what it said so far. */
declare const window: {
  worker: { postMessage(message: unknown): void };
  said: Message[];
  failed: string[];
};

/** A site at an origin of its own: scripts by path, an empty page for `null`. */
async function serve(script: (path: string) => string | null) {
  const server = createServer((request, response) => {
    const text = request.url === "/" ? null : script(request.url ?? "/");
    response.writeHead(200, {
      "content-type": text === null ? "text/html" : "text/javascript",
      // As the editor needs it to read the files of an extension.
      ...(request.url?.endsWith(".md") ? { "access-control-allow-origin": "*" } : {}),
    });
    response.end(text ?? "<!doctype html><title>worker</title>");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

describe("the server as a web worker", { skip }, () => {
  let sites: Server[] = [];
  let serverScript: string;
  const requested: string[] = [];
  let browser: Browser;
  let page: Page;

  before(async () => {
    await ensureBuilt();
    // As on vscode.dev: the extension lies at another origin than the page, and its worker begins as a text of the
    // editor's that imports the script, so that no address of the worker tells where it came from.
    const extension = await serve((path) => {
      const file = join(repositoryRoot, path);
      return existsSync(file) ? readFileSync(file, "utf8") : null;
    });
    const editor = await serve(() => null);
    sites = [extension.server, editor.server];
    serverScript = `${extension.address}/dist/browser/server.js`;
    browser = await launchBrowser();
    page = await browser.newPage();
    page.on("request", (request) => requested.push(request.url()));
    await page.goto(editor.address);
    await page.evaluate(`
      window.said = [];
      window.failed = [];
      const text = "importScripts(${JSON.stringify(serverScript).replaceAll('"', "'")})";
      window.worker = new Worker(URL.createObjectURL(new Blob([text], { type: "text/javascript" })));
      window.worker.onmessage = ({ data }) => window.said.push(data);
      window.worker.onerror = (error) => window.failed.push(error.message);
    `);
  });

  after(async () => {
    await browser?.close();
    for (const site of sites) site.close();
  });

  const send = (message: Message) =>
    page.evaluate((value) => window.worker.postMessage(value), { jsonrpc: "2.0", ...message });
  const heard = async (wanted: { id?: number; method?: string }) => {
    const found = await page.waitForFunction(
      ({ id, method }) =>
        window.failed.length > 0
          ? { error: window.failed }
          : window.said.findLast((m) => (id === undefined ? m.method === method : m.id === id && !m.method)),
      wanted,
      { timeout: patience },
    );
    return (await found.jsonValue()) as Message;
  };

  test("answers initialize and reports what is wrong with a mapping", async () => {
    const capabilities = { textDocument: { publishDiagnostics: { codeDescriptionSupport: true } } };
    const params = { processId: null, rootUri: null, capabilities, initializationOptions: { serverScript } };
    await send({ id: 1, method: "initialize", params });
    const initialized = await heard({ id: 1 });
    assert.equal(initialized.error, undefined);
    assert.ok((initialized.result as { capabilities: object }).capabilities);
    await send({ method: "initialized", params: {} });
    const text = [example("arch.yaml"), example("resnet50-conv3x3.yaml"), example("resnet50-conv3x3.map.yaml")]
      .join("\n")
      .replace(/^# mapspace:.*$/m, "")
      .replace(/\bK=\d+/, "K=31");
    const textDocument = { uri: "untitled:design.yaml", languageId: "timeloop", version: 1, text };
    await send({ method: "textDocument/didOpen", params: { textDocument } });
    const published = await heard({ method: "textDocument/publishDiagnostics" });
    const { diagnostics } = published.params as {
      diagnostics: { code: string; message: string; codeDescription?: { href: string } }[];
    };
    const wrong = diagnostics.find(({ code }) => code === "factor-product");
    assert.ok(wrong, JSON.stringify(diagnostics));
    const [target, line] = wrong.codeDescription?.href.split("#") ?? [];
    assert.equal(target, serverScript.replace("dist/browser/server.js", "docs/problems.md"));
    assert.match(line, /^L\d+$/);
  });

  test("searches in a worker of its own, with code that is loaded for it", async () => {
    const loaded = () => requested.filter((url) => url.endsWith("/ondemand.js")).length > 0;
    assert.ok(!loaded());
    const uri = "untitled:search.yaml";
    const text = [example("arch.yaml"), example("gemm.yaml"), example("gemm.map.yaml")].join("\n");
    const textDocument = { uri, languageId: "timeloop", version: 1, text: text.replace(/^# mapspace:.*$/m, "") };
    await send({ method: "textDocument/didOpen", params: { textDocument } });
    const options = { strategy: "random", mapspace: "pfm", objective: "edp", evaluations: 5000, seconds: 10, seed: 1 };
    await send({ id: 2, method: "mapspace/search/start", params: { uri, run: "a", layer: 0, options } });
    assert.equal((await heard({ id: 2 })).error, undefined);
    await page.waitForFunction(
      () =>
        window.failed.length > 0 ||
        window.said.some((m) => ["done", "failed"].includes((m.params as { state?: string } | undefined)?.state ?? "")),
    );
    const { params } = await heard({ method: "mapspace/search/progress" });
    const { state, evaluations } = params as { state: string; evaluations: number };
    assert.equal(state, "done");
    assert.ok(evaluations >= 5000);
    assert.ok(loaded());
  });

  test("loads the engine of templates when the first is opened", async () => {
    const engine = () => requested.filter((url) => url.endsWith("/templates.js"));
    assert.deepEqual(engine(), []);
    const uri = "untitled:template.yaml";
    const text = [example("arch.yaml"), example("gemm.yaml"), example("gemm.map.yaml")]
      .join("\n")
      .replace(/^# mapspace:.*$/m, "")
      .replace(/\bK=\d+/, "K={{ factor }}");
    const templated = `{% set factor = 31 %}\n${text}`;
    const textDocument = { uri, languageId: "timeloop", version: 1, text: templated };
    await send({ method: "textDocument/didOpen", params: { textDocument } });
    const problems = await page.waitForFunction((wanted) => {
      if (window.failed.length > 0) return window.failed;
      const published = window.said
        .filter(({ method }) => method === "textDocument/publishDiagnostics")
        .map((m) => m.params as { uri: string; diagnostics: { code: string }[] });
      const codes = published.findLast(({ uri }) => uri === wanted)?.diagnostics.map(({ code }) => code);
      return codes?.includes("factor-product") ? codes : null;
    }, uri);
    assert.ok(((await problems.jsonValue()) as string[]).includes("factor-product"));
    assert.ok(engine().length > 0);
  });

  test("says goodbye", async () => {
    await send({ id: 3, method: "shutdown" });
    assert.equal((await heard({ id: 3 })).result, null);
  });
});
