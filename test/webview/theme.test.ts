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

/** What VS Code's own themes give: background, foreground, then blue, yellow, green, purple and red of charts. */
const themes: Record<string, string[]> = {
  dark: ["#1f1f1f", "#cccccc", "#59a4f9", "#cca700", "#89d185", "#b180d7", "#f14c4c"],
  light: ["#ffffff", "#3b3b3b", "#0063d3", "#bf8803", "#388a34", "#652d90", "#e51400"],
  "high-contrast": ["#000000", "#ffffff", "#59a4f9", "#ffd370", "#89d185", "#b180d7", "#f48771"],
  "high-contrast-light": ["#ffffff", "#292929", "#0063d3", "#895503", "#374e06", "#652d90", "#b5200d"],
};

const linear = (colour: string) =>
  [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });

const luminance = (colour: string) => {
  const [r, g, b] = linear(colour);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};

/** Distance as it is seen (Oklab): black and white are 1 apart. */
function difference(one: string, other: string): number {
  const [a, b] = [one, other].map((colour) => {
    const [red, green, blue] = linear(colour);
    const l = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
    const m = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
    const s = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
    return [
      0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
      1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
      0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
    ];
  });
  return Math.hypot(...a.map((value, i) => value - b[i]));
}

function contrast(a: string, b: string): number {
  const [darker, lighter] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (lighter + 0.05) / (darker + 0.05);
}

for (const [name, [background, foreground, ...charts]] of Object.entries(themes)) {
  test(`every colour of a chart stands out from the background by 3:1 at least, and from the others: ${name}`, async () => {
    const colours = new Map([
      ["--vscode-editor-background", background],
      ["--vscode-foreground", foreground],
      ...["blue", "yellow", "green", "purple", "red"].map((c, i) => [`--vscode-charts-${c}`, charts[i]] as const),
    ]);
    Object.assign(globalThis, {
      document: {
        documentElement: {},
        body: { classList: { contains: (kind: string) => kind === `vscode-${name}` } },
        createElement: () => ({ getContext: () => null }),
      },
      getComputedStyle: () => ({ getPropertyValue: (variable: string) => colours.get(variable) ?? "" }),
    });
    const theme = "../../webview/src/theme.ts";
    const { readTheme } = await import(theme);
    const { series, muted } = readTheme();
    assert.deepEqual(series.slice(0, 5), charts);
    assert.ok(series.length > 5);
    for (const colour of [...series, muted, foreground]) {
      const ratio = contrast(colour, background);
      assert.ok(ratio >= 3, `${colour} on ${background}: ${ratio.toFixed(2)}`);
    }
    // Those of different runs; what a theme itself gives is taken as it is.
    for (const [i, own] of series.entries()) {
      for (const other of series.slice(Math.max(i + 1, charts.length))) {
        const apart = difference(own, other);
        assert.ok(apart > 0.11, `${own} and ${other}: ${apart.toFixed(3)}`);
      }
    }
  });
}
