// The rooms of the house and what they may never import. Read this as the statement of docs/architecture.md.
const inside = (room) => `^server/src/${room}`;
const forbid = (name, from, notTo, why) => ({
  name,
  comment: why,
  severity: "error",
  from: { path: from },
  to: { path: ".", pathNot: notTo },
});
const rooms = (...names) => names.map(inside);

module.exports = {
  forbidden: [
    {
      name: "no-cycles",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    { name: "no-unresolved", severity: "error", from: {}, to: { couldNotResolve: true, pathNot: "^vscode$" } },
    forbid(
      "numeric-imports-nothing",
      inside("engine/numeric"),
      rooms("engine/numeric"),
      "typed-array helpers stand alone",
    ),
    forbid(
      "model-imports-numeric",
      inside("engine/model"),
      rooms("engine/numeric", "engine/model"),
      "the cost model knows no search, no text",
    ),
    forbid(
      "mapspace",
      inside("engine/mapspace"),
      rooms("engine/numeric", "engine/model/types", "engine/mapspace"),
      "sets of mappings know no costs",
    ),
    forbid("search", inside("engine/search"), rooms("engine/"), "the engine imports nothing outside itself"),
    forbid(
      "proof",
      inside("engine/search/proof"),
      [
        ...rooms("engine/search/proof", "engine/numeric", "engine/mapspace", "engine/model"),
        ...rooms("engine/search/objective", "engine/search/exact/certificate"),
      ],
      "who checks a proof shares nothing with who made it",
    ),
    forbid("syntax", inside("syntax"), [...rooms("syntax"), "^node_modules/yaml/"], "text to tree, nothing else"),
    {
      name: "only-syntax-imports-yaml",
      severity: "error",
      from: { path: "^(server|client|webview)/src", pathNot: inside("syntax") },
      to: { path: "node_modules/yaml/" },
    },
    forbid(
      "spec",
      inside("spec"),
      [
        ...rooms("spec", "syntax", "engine/model", "engine/mapspace", "engine/numeric"),
        "^node_modules/@huggingface/jinja/",
      ],
      "formats know no documents, no editor",
    ),
    forbid(
      "workspace",
      inside("workspace"),
      rooms("workspace", "spec", "syntax", "engine/"),
      "designs know no rules, no editor",
    ),
    forbid(
      "rules",
      inside("rules"),
      rooms("rules", "workspace", "spec", "syntax", "engine/"),
      "a rule never knows the connection",
    ),
    forbid(
      "features",
      inside("features"),
      [
        ...rooms("features", "rules", "workspace", "spec", "syntax", "engine/"),
        "vscode-languageserver-types",
        "vscode-languageserver-textdocument",
      ],
      "a feature is a pure function of a snapshot; it knows LSP types, never the connection",
    ),
    forbid(
      "external",
      inside("external"),
      [...rooms("external", "engine/", "spec/formats"), "^(node:)?(child_process|crypto|fs|os|path)$"],
      "commands of the user as evaluators: the only code that starts them",
    ),
    {
      name: "external-needs-node",
      comment: "what a browser loads can start no process",
      severity: "error",
      from: {
        path: "^(server|client|webview)/src",
        pathNot: rooms("external", "cli", "worker/(node|threads|external)\\.ts"),
      },
      to: { path: inside("external") },
    },
    forbid(
      "worker",
      inside("worker"),
      [...rooms("worker", "engine/", "external"), "worker_threads", "^os$", "^(node:)?(fs|path)$", "^node:"],
      "searches off the event loop",
    ),
    {
      name: "nobody-imports-client",
      severity: "error",
      from: { path: "^(server|webview)/" },
      to: { path: "^client/" },
    },
    forbid(
      "webview",
      "^webview/src/",
      ["^webview/src/", "^server/src/features/explorer/protocol", "^node_modules/chart.js/", "^node_modules/@kurkle/"],
      "the panel knows chart.js, its own files and the types of the protocol",
    ),
    {
      name: "client-is-thin",
      severity: "error",
      from: { path: "^client/src/" },
      to: {
        path: "^server/",
        pathNot: "^server/src/(lsp/(protocol|search-methods)|features/explorer/(protocol|fingerprint))",
      },
    },
    {
      name: "client-shares-runs-with-the-panel",
      severity: "error",
      from: { path: "^client/src/" },
      to: { path: "^webview/", pathNot: "^webview/src/(run|format)\\.ts$" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    parser: "swc",
    enhancedResolveOptions: {
      extensions: [".ts", ".js", ".mjs", ".cjs"],
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "browser", "default", "types"],
    },
  },
};
