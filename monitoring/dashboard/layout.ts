import type { Row } from './definition';

/** Columns of Grafana's grid. */
export const COLUMNS = 24;

export interface Position {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export interface PlacedRow {
  /** Of the row's heading. */
  readonly position: Position;
  /** Of its panels, in their order. */
  readonly panels: readonly Position[];
}

/** Places panels from left to right; one that does not fit begins a new line below the tallest of the line before. */
export function place(rows: readonly Row[]): PlacedRow[] {
  let y = 0;
  return rows.map((row) => {
    const position = { x: 0, y, w: COLUMNS, h: 1 };
    y += 1;
    let x = 0;
    let tallest = 0;
    const panels = row.panels.map(({ width, height }) => {
      if (x + width > COLUMNS) {
        y += tallest;
        x = 0;
        tallest = 0;
      }
      const placed = { x, y, w: width, h: height };
      x += width;
      tallest = Math.max(tallest, height);
      return placed;
    });
    y += tallest;
    return { position, panels };
  });
}
