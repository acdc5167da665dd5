/** Grouped bars as a small SVG: one group per label, one bar per series. `null` leaves a gap. */
export function barChart(
  title: string,
  unit: string,
  labels: readonly string[],
  series: readonly { name: string; values: readonly (number | null)[] }[],
): string {
  const colours = ["#4269d0", "#efb118", "#3ca951", "#ff725c", "#a463f2"];
  const [left, top, plotHeight, group] = [56, 56, 240, 16 * series.length + 12];
  const width = left + labels.length * group + 16;
  const height = top + plotHeight + 84;
  const most = Math.max(...series.flatMap((s) => s.values.map((v) => v ?? 0)));
  const step = niceStep(most / 5);
  const ceiling = Math.ceil(most / step) * step;
  const y = (value: number) => top + plotHeight * (1 - value / ceiling);
  const grid: string[] = [];
  for (let value = 0; value <= ceiling * 1.0001; value += step) {
    grid.push(
      `<line x1="${left}" x2="${width - 16}" y1="${y(value)}" y2="${y(value)}" stroke="#ccc"/>`,
      `<text x="${left - 6}" y="${y(value) + 4}" text-anchor="end">${Number(value.toPrecision(6))}</text>`,
    );
  }
  const bars = labels.flatMap((label, i) => [
    ...series.map(({ name, values }, s) => {
      const value = values[i];
      if (value === null || value === undefined) return "";
      const x = left + i * group + 6 + 16 * s;
      const height = Math.max(0, y(0) - y(value));
      return `<rect x="${x}" y="${y(value)}" width="14" height="${height}" fill="${colours[s]}"><title>${label}, ${name}: ${Number(value.toPrecision(4))} ${unit}</title></rect>`;
    }),
    `<text transform="translate(${left + i * group + group / 2 + 4},${y(0) + 10}) rotate(-60)" text-anchor="end">${label}</text>`,
  ]);
  const legend = series.map(
    ({ name }, s) =>
      `<rect x="${left + 190 * s}" y="30" width="12" height="12" fill="${colours[s]}"/><text x="${left + 190 * s + 18}" y="40">${name}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="11">`,
    `<rect width="100%" height="100%" fill="white"/>`,
    `<text x="${left}" y="18" font-size="14">${title} (${unit})</text>`,
    ...legend,
    ...grid,
    ...bars,
    "</svg>",
    "",
  ].join("\n");
}

function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * ([1, 2, 5, 10].find((m) => m * power >= rough) ?? 10);
}
