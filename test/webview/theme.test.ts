import assert from "node:assert/strict";
import { test } from "node:test";

test("unreadable after a theme change: colours are read anew, once for each change", async () => {
  const colours = new Map([["--vscode-foreground", "#cccccc"]]);
  const classes = new Set<string>();
  const frames: (() => void)[] = [];
  let mutated = () => {};
  const watched: string[][] = [];
  Object.assign(globalThis, {
    document: {
      documentElement: {},
      body: { classList: { contains: (name: string) => classes.has(name) } },
      createElement: () => ({ getContext: () => null }),
    },
    getComputedStyle: () => ({ getPropertyValue: (name: string) => colours.get(name) ?? "" }),
    requestAnimationFrame: (work: () => void) => frames.push(work),
    MutationObserver: class {
      constructor(changed: () => void) {
        mutated = changed;
      }
      observe(_: unknown, { attributeFilter }: { attributeFilter: string[] }) {
        watched.push(attributeFilter);
      }
    },
  });
  // Not known when types are checked: those of a browser are not at hand here.
  const theme = "../../webview/src/theme.ts";
  const { onThemeChange, readTheme } = await import(theme);
  const seen = [readTheme()];
  onThemeChange(() => seen.push(readTheme()));
  assert.deepEqual(watched, [["class"], ["style", "class"]]);
  // The editor sets one variable after the other.
  for (const [name, colour] of [
    ["--vscode-foreground", "#333333"],
    ["--vscode-editor-background", "#ffffff"],
    ["--vscode-charts-blue", "#0451a5"],
  ]) {
    colours.set(name, colour);
    mutated();
  }
  classes.add("vscode-high-contrast");
  mutated();
  for (const frame of frames) frame();
  assert.equal(seen.length, 2);
  assert.deepEqual(
    seen.map(({ foreground, background, series, contrast }) => [foreground, background, series[0], contrast]),
    [
      ["#cccccc", "#1e1e1e", "#3794ff", false],
      ["#333333", "#ffffff", "#0451a5", true],
    ],
  );
});
