/** Best EDP over evaluations, one line per series, both axes logarithmic. */
export interface Series {
  label: string;
  colour: string;
  /** x and y in turn. */
  points: readonly number[];
  faint?: boolean;
}

const width = 640;
const height = 400;
const left = 70;
const right = 20;
const top = 40;
const bottom = 50;

export function lineChart(title: string, xLabel: string, yLabel: string, series: readonly Series[]): string {
  const xs = series.flatMap(({ points }) => points.filter((_, i) => i % 2 === 0 && points[i] > 0));
  const ys = series.flatMap(({ points }) => points.filter((_, i) => i % 2 === 1));
  const [x0, x1] = [Math.log10(Math.max(1, Math.min(...xs))), Math.log10(Math.max(...xs))];
  const [y0, y1] = [Math.log10(Math.min(...ys)) - 0.05, Math.log10(Math.max(...ys)) + 0.05];
  const x = (value: number) => left + ((Math.log10(Math.max(1, value)) - x0) / (x1 - x0 || 1)) * (width - left - right);
  const y = (value: number) => height - bottom - ((Math.log10(value) - y0) / (y1 - y0 || 1)) * (height - top - bottom);
  const text = (at: [number, number], words: string, more = "") =>
    `<text x="${at[0].toFixed(1)}" y="${at[1].toFixed(1)}" font-family="sans-serif" font-size="12" fill="#333" ${more}>${escaped(words)}</text>`;
  const ticks = (low: number, high: number) =>
    Array.from({ length: Math.floor(high) - Math.ceil(low) + 1 }, (_, i) => 10 ** (Math.ceil(low) + i));
  const labels = new Map(series.filter(({ faint }) => !faint).map(({ label, colour }) => [label, colour]));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    text([width / 2, 22], title, 'text-anchor="middle" font-weight="bold"'),
    ...ticks(x0, x1).map(
      (value) =>
        `<line x1="${x(value)}" x2="${x(value)}" y1="${top}" y2="${height - bottom}" stroke="#ddd"/>${text([x(value), height - bottom + 16], value.toLocaleString("en"), 'text-anchor="middle"')}`,
    ),
    ...ticks(y0, y1).map(
      (value) =>
        `<line x1="${left}" x2="${width - right}" y1="${y(value)}" y2="${y(value)}" stroke="#ddd"/>${text([left - 6, y(value) + 4], value.toExponential(0), 'text-anchor="end"')}`,
    ),
    text([width / 2, height - 12], xLabel, 'text-anchor="middle"'),
    text([16, height / 2], yLabel, `text-anchor="middle" transform="rotate(-90 16 ${height / 2})"`),
    ...series.map(({ points, colour, faint }) => {
      let path = "";
      for (let i = 0; i < points.length; i += 2) {
        const at = `${x(points[i]).toFixed(1)}`;
        // A best value holds until a better one is found.
        path += i === 0 ? `M${at} ${y(points[i + 1]).toFixed(1)}` : `H${at}V${y(points[i + 1]).toFixed(1)}`;
      }
      return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="${faint ? 1 : 2.5}" opacity="${faint ? 0.35 : 1}"/>`;
    }),
    `<rect x="${width - right - 158}" y="${top + 2}" width="158" height="${18 * labels.size + 8}" fill="#fff" opacity="0.85"/>`,
    ...[...labels].map(
      ([label, colour], i) =>
        `<rect x="${width - right - 150}" y="${top + 8 + 18 * i}" width="12" height="12" fill="${colour}"/>${text([width - right - 132, top + 18 + 18 * i], label)}`,
    ),
    "</svg>",
    "",
  ].join("\n");
}

const escaped = (words: string) => words.replace(/&/g, "&amp;").replace(/</g, "&lt;");
