/** Colours of the editor's theme, read anew whenever it changes. */

export interface Theme {
  foreground: string;
  muted: string;
  background: string;
  grid: string;
  focus: string;
  font: string;
  /** For data spaces and runs, in turn. */
  series: readonly string[];
  contrast: boolean;
}

/** Themes leave `charts-orange` half transparent, so it is not among them. */
const series = ["blue", "yellow", "green", "purple", "red"];
const fallback = ["#3794ff", "#cca700", "#89d185", "#b180d7", "#f14c4c"];
/** For more runs than themes have colours: readable, and unlike those of the editor's own themes. */
const furtherOnDark = ["#c8701a", "#14a3a8", "#d94fb0"];
const furtherOnLight = ["#9a7b6f", "#0092b8", "#d6249f"];

export function readTheme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const value = (name: string, otherwise: string) => style.getPropertyValue(`--vscode-${name}`).trim() || otherwise;
  const isOneOf = (...kinds: string[]) => kinds.some((kind) => document.body.classList.contains(kind));
  const foreground = value("foreground", "#cccccc");
  return {
    foreground,
    muted: value("descriptionForeground", foreground),
    background: value("editor-background", "#1e1e1e"),
    grid: withAlpha(foreground, 0.14),
    focus: value("focusBorder", foreground),
    font: value("font-family", "sans-serif"),
    series: [
      ...series.map((name, i) => value(`charts-${name}`, fallback[i])),
      ...(isOneOf("vscode-light", "vscode-high-contrast-light") ? furtherOnLight : furtherOnDark),
    ],
    contrast: isOneOf("vscode-high-contrast", "vscode-high-contrast-light"),
  };
}

/** VS Code changes the classes of the body and the style of the root element. */
export function onThemeChange(changed: () => void): void {
  let waiting = false;
  const observer = new MutationObserver(() => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      changed();
    });
  });
  observer.observe(document.body, { attributes: true, attributeFilter: ["class"] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["style", "class"] });
}

const probe = document.createElement("canvas").getContext("2d");

export function withAlpha(color: string, alpha: number): string {
  if (probe === null) return color;
  probe.fillStyle = "#000000";
  probe.fillStyle = color;
  const plain = String(probe.fillStyle);
  if (plain.startsWith("#")) {
    const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(plain.slice(at, at + 2), 16));
    return `rgba(${r}, ${g}, ${b}, ${alpha})`;
  }
  return plain.replace(/[\d.]+\)$/, (own) => `${Number.parseFloat(own) * alpha})`);
}
