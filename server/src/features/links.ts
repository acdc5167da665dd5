/** Document links: the files a modeline names. */

import type { DocumentLink } from "vscode-languageserver-types";
import { lineIndex } from "../syntax/position.ts";
import { readModeline } from "../workspace/modeline.ts";
import { resolvePath } from "../workspace/paths.ts";
import { type FeatureContext, toRange } from "./context.ts";

export function documentLinks({ file }: Pick<FeatureContext, "file">): DocumentLink[] {
  const index = lineIndex(file);
  return readModeline(file)
    .filter(({ key }) => key !== "layer")
    .map(({ key, value, location }) => ({
      range: toRange(index, location.start + key.length + 1, location.end),
      target: resolvePath(file.uri, value),
      tooltip: `Open the ${key} of this design`,
    }));
}
