/** What most sessions never need, in a script of its own that is loaded when it is first asked for. */

export { convertActions } from "./features/convert.ts";
export { Searches } from "./lsp/search.ts";
