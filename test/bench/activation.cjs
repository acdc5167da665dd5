// One activation of the built extension in a fresh process, with a mapping open: prints the milliseconds from loading
// the script to the return of `activate`. The editor is one of which everything can be asked and that does nothing.
const Module = require("node:module");
const { join } = require("node:path");
const { performance } = require("node:perf_hooks");

const own = {
  // biome-ignore lint/suspicious/noThenProperty: an editor that is no promise
  then: undefined,
  version: "1.100.0",
  textDocuments: [
    {
      uri: { scheme: "file", path: "/w/map.yaml", toString: () => "file:///w/map.yaml" },
      languageId: "timeloop",
      getText: () => "mapping:\n- {target: DRAM, type: temporal, factors: K=4}\n",
    },
  ],
  [Symbol.toPrimitive]: () => "",
};
const editor = new Proxy(function editor() {}, {
  get: (target, name) => (name === "prototype" ? target.prototype : name in own ? own[name] : editor),
  set: () => true,
  apply: () => editor,
  construct: (_, __, made) => (made === editor ? editor : Reflect.construct(Object, [], made)),
});

const load = Module._load;
Module._load = (name, ...rest) => (name === "vscode" ? editor : load(name, ...rest));

/** The processor's time where others held the machine, else the clock's. */
const now = () => {
  const { user, system } = process.cpuUsage();
  return [performance.now(), (user + system) / 1000];
};
const subscriptions = [];
const kept = { get: (_, otherwise) => otherwise };
const context = new Proxy({ subscriptions, workspaceState: kept }, { get: (own, name) => own[name] ?? editor });
const began = now();
const { activate } = require(join(process.cwd(), "dist/client.cjs"));
const api = activate(context);
const ended = now();
if (api.serverState() !== "starting" || subscriptions.length < 5) throw new Error("the extension did not activate");
console.log(Math.min(ended[0] - began[0], ended[1] - began[1]));
process.exit(0);
