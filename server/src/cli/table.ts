/** Plain text tables and bars for the terminal. */

export type Align = "left" | "right";

export interface Column {
  title: string;
  align?: Align;
}

/** Columns two spaces apart, header underlined; an empty row is a blank line. */
export function renderTable(columns: readonly Column[], rows: readonly (readonly string[])[], indent = "  "): string {
  const widths = columns.map((column, i) =>
    Math.max(displayWidth(column.title), ...rows.map((row) => displayWidth(row[i] ?? ""))),
  );
  const line = (cells: readonly string[]) =>
    (indent + columns.map((column, i) => pad(cells[i] ?? "", widths[i], column.align ?? "left")).join("  ")).trimEnd();
  return [
    line(columns.map((column) => column.title)),
    indent + widths.map((width) => "─".repeat(width)).join("  "),
    ...rows.map((row) => (row.length === 0 ? "" : line(row))),
  ].join("\n");
}

/** `share` of `width` cells, in eighths. */
export function bar(share: number, width: number): string {
  const eighths = Math.round(Math.min(Math.max(share, 0), 1) * width * 8);
  return "█".repeat(eighths >> 3) + " ▏▎▍▌▋▊▉"[eighths & 7].trim();
}

export function pad(text: string, width: number, align: Align): string {
  const fill = " ".repeat(Math.max(0, width - displayWidth(text)));
  return align === "left" ? text + fill : fill + text;
}

/** Code points, which is right for everything printed here (no wide characters in names of components). */
function displayWidth(text: string): number {
  return [...text].length;
}
