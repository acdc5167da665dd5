import type { Column, Joint } from "./joints.ts";
import type { Nest } from "./nest.ts";
import { idle, loose, tight } from "./passes.ts";

/** One comparison per column. */
export interface Relation {
  id: number;
  values: readonly number[];
  /** By depth, once asked for: the iterations of the loop there, as many as related alike together. */
  passes: (readonly Pass[])[];
}

export interface Pass {
  related: Relation;
  length: number;
}

/** All relations a walk comes by, each made once. */
export class Relations {
  readonly begin: Relation;
  private readonly known = new Map<string, Relation>();

  constructor(
    private readonly nest: Nest,
    private readonly loops: readonly number[],
    readonly columns: readonly Column[],
    private readonly joints: readonly Joint[],
  ) {
    this.begin = this.of(columns.map(() => tight));
  }

  /** Iterations of the loop at `depth`, as long as any class acts. */
  passes(relation: Relation, depth: number): readonly Pass[] {
    const known = relation.passes[depth];
    if (known !== undefined) return known;
    const { columns } = this;
    const i = this.loops[depth];
    const d = this.nest.dimension[i];
    const factor = this.nest.factor[i];
    const edges = [factor];
    columns.forEach((column, k) => {
      if (column.d === d && relation.values[k] === tight) edges.push(column.last[i], column.last[i] + 1);
    });
    edges.sort((p, q) => p - q);
    const passes: Pass[] = [];
    let digit = 0;
    for (const edge of edges) {
      if (edge <= digit || edge > factor) continue;
      const related = this.of(
        relation.values.map((value, k) => {
          if (columns[k].d !== d || value !== tight) return value;
          const last = columns[k].last[i];
          if (digit < last) return loose;
          return digit === last ? tight : idle;
        }),
      );
      if (!this.joints.some((joint) => this.acts(joint, related))) break;
      passes.push({ related, length: edge - digit });
      digit = edge;
    }
    relation.passes[depth] = passes;
    return passes;
  }

  acts({ column }: Joint, { values }: Relation): boolean {
    for (const k of column) if (values[k] === idle) return false;
    return true;
  }

  private of(values: readonly number[]): Relation {
    const name = values.join("");
    let relation = this.known.get(name);
    if (relation === undefined) {
      relation = { id: this.known.size, values, passes: [] };
      this.known.set(name, relation);
    }
    return relation;
  }
}
