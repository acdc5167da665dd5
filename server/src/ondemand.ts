/** What most sessions never need, in a script of its own that is loaded when it is first asked for. */

export { completions } from "./features/completion.ts";
export { convertActions } from "./features/convert.ts";
export { formatting } from "./features/formatting.ts";
export { hover } from "./features/hover.ts";
export { designReport } from "./features/report.ts";
export { Searches } from "./lsp/search.ts";
