import type { ChildClass, ParentClass } from "./classes.ts";
import type { Projection } from "./projection.ts";

/** Where a child stands, and where its tile begins in one number. */
export interface Place {
  x: number;
  y: number;
  offset: number;
}

/** A class of children along all dimensions. */
export interface Joint {
  /** Its column of the relation table, per dimension. */
  column: Int32Array;
  classes: readonly ChildClass[];
  places: readonly Place[];
  children: number;
  /** The child whose spatial indices below the parent are all 0 is among them. */
  first: boolean;
}

/** A class along one dimension. */
export interface Column {
  d: number;
  last: Float64Array;
  end: number;
}

/** Per rank: weight of an offset along it in one number. */
export function rankWeights({ ranks }: Projection): number[] {
  let weight = 1;
  return ranks.map(({ words }) => {
    const own = weight;
    weight *= 2 * words + 2;
    return own;
  });
}

/** All combinations of one parent's classes of children. */
export function jointsOf(
  projection: Projection,
  parents: readonly ParentClass[],
  weights: readonly number[],
): { columns: Column[]; joints: Joint[] } {
  const columns: Column[] = [];
  const joints: Joint[] = [];
  const options = parents.map(({ children }, d) => {
    let by = 0;
    projection.ranks.forEach((rank, k) => {
      const i = rank.dimensions.indexOf(d);
      if (i >= 0) by += weights[k] * rank.coefficients[i];
    });
    return children.map((own) => {
      const places = own.cells.map(({ value, x, y }) => ({ x, y, offset: by * value }));
      return { own, column: columns.push({ d, ...own }) - 1, places };
    });
  });
  const chosen: (typeof options)[number] = [];
  const build = (places: readonly Place[]): void => {
    if (chosen.length === options.length) {
      joints.push({
        column: Int32Array.from(chosen, ({ column }) => column),
        classes: chosen.map(({ own }) => own),
        places,
        children: places.length,
        first: chosen.every(({ own }) => own.first),
      });
      return;
    }
    for (const option of options[chosen.length]) {
      chosen.push(option);
      build(product(places, option.places));
      chosen.pop();
    }
  };
  build([{ x: 0, y: 0, offset: 0 }]);
  return { columns, joints };
}

function product(outer: readonly Place[], inner: readonly Place[]): readonly Place[] {
  if (inner.length === 1 && inner[0].offset === 0 && inner[0].x === 0 && inner[0].y === 0) {
    return outer;
  }
  return outer.flatMap((place) =>
    inner.map((own) => ({
      x: place.x + own.x,
      y: place.y + own.y,
      offset: place.offset + own.offset,
    })),
  );
}
