import assert from "node:assert/strict";
import { test } from "node:test";
import { commentsIn, withoutComments } from "../../server/src/spec/comments.ts";

const text = `# mapspace: architecture=arch.yaml
# by hand
mapping:   # all of it
- {target: "a # b", type: temporal}  # 'quoted' # once
  # alone

- {target: it's, note: x#y}
`;

test("comments are found outside quotes, after a space", () => {
  assert.deepEqual(
    commentsIn(text, 0, text.length).map((comment) => [comment.text, comment.alone]),
    [
      ["# mapspace: architecture=arch.yaml", true],
      ["# by hand", true],
      ["# all of it", false],
      ["# 'quoted' # once", false],
      ["# alone", true],
    ],
  );
});

for (const lineEnd of ["\n", "\r\n"]) {
  test(`comments are taken out with the lines they fill (${JSON.stringify(lineEnd)})`, () => {
    const without = withoutComments(text.replaceAll("\n", lineEnd), (comment) => comment.includes("mapspace:"));
    assert.equal(
      without,
      `# mapspace: architecture=arch.yaml
mapping:
- {target: "a # b", type: temporal}

- {target: it's, note: x#y}
`.replaceAll("\n", lineEnd),
    );
  });
}
