/** Sizes up to which a file is read. Beyond them it gets a problem instead of minutes of waiting. */

/** UTF-16 code units of one file. */
export const maxFileLength = 16 * 1024 * 1024;
/** Tokens of one file, whatever its length. */
export const maxTokens = 250_000;
/** UTF-16 code units of one token: a value, a comment. */
export const maxTokenLength = 1024 * 1024;
/** Collections inside one another. */
export const maxDepth = 200;
/** Nodes of one file when every alias is written out. */
export const maxExpandedNodes = 2_000_000;
/** Problems reported per file. */
export const maxProblems = 100;
