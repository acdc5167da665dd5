/** From the middle of the left edge along the row, then up and down every column used (Timeloop's route). */
export function hopsOf(members: readonly { x: number; y: number }[], height: number): number {
  const centre = (height - 1) / 2;
  const columns = new Map<number, { low: number; high: number }>();
  let along = 0;
  for (const { x, y } of members) {
    along = Math.max(along, x);
    const column = columns.get(x);
    if (column === undefined) columns.set(x, { low: y, high: y });
    else {
      column.low = Math.min(column.low, y);
      column.high = Math.max(column.high, y);
    }
  }
  let hops = along;
  for (const { low, high } of columns.values()) hops += Math.max(0, centre - low) + Math.max(0, high - centre);
  return hops;
}
