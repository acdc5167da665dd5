/** A table without its buttons. */
export interface Rows {
  columns: readonly string[];
  rows: readonly (readonly (string | number)[])[];
}

/** A table as text; cells are quoted where they must be. */
export function toCsv({ columns, rows }: Rows, separator = ","): string {
  const cell = (value: string | number) => {
    const text = String(value);
    return /["\n\r]/.test(text) || text.includes(separator) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return `${[columns, ...rows].map((row) => row.map(cell).join(separator)).join("\n")}\n`;
}

/** UTF-8 text as base64. */
export function toBase64(text: string): string {
  let binary = "";
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte);
  return btoa(binary);
}
