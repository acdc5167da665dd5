import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { relativePath, withModelineEntry } from "../../client/src/modeline.ts";
import { readModeline } from "../../server/src/workspace/modeline.ts";

const write = (text: string, key: string, value: string) => {
  const { start, end, text: replacement } = withModelineEntry(text, key, value);
  return text.slice(0, start) + replacement + text.slice(end);
};

describe("writing a modeline", () => {
  for (const [what, before, after] of [
    ["begins one", "mapping: []\n", "# mapspace: problem=p.yaml\nmapping: []\n"],
    ["keeps line ends", "a: 1\r\n", "# mapspace: problem=p.yaml\r\na: 1\r\n"],
    ["stays behind a byte order mark", "\ufeffa: 1\n", "\ufeff# mapspace: problem=p.yaml\na: 1\n"],
    ["adds to one", "# mapspace: architecture=a.yaml\n", "# mapspace: architecture=a.yaml problem=p.yaml\n"],
    ["replaces an entry", "# hi\n# mapspace: problem=old.yaml x=1\n", "# hi\n# mapspace: problem=p.yaml x=1\n"],
    ["replaces a quoted entry", '# mapspace: problem="my old.yaml"\n', "# mapspace: problem=p.yaml\n"],
  ]) {
    test(what, () => assert.equal(write(before, "problem", "p.yaml"), after));
  }

  test("is read back by the server", () => {
    const text = write("mapping: []\n", "architecture", "my designs/arch.yaml");
    const [entry] = readModeline({ uri: "file:///m.yaml", text });
    assert.deepEqual([entry.key, entry.value], ["architecture", "my designs/arch.yaml"]);
  });
});

test("paths are relative to the folder of the file", () => {
  assert.equal(relativePath("/d/maps/m.yaml", "/d/arch.yaml"), "../arch.yaml");
  assert.equal(relativePath("/d/m.yaml", "/d/layers/p.yaml"), "layers/p.yaml");
  assert.equal(relativePath("/d/m.yaml", "/d/p.yaml"), "p.yaml");
});
