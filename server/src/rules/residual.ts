import type { Problem } from "../syntax/source.ts";
import { levelName, mappingPlace, type Subject, violationsOf, writtenFactors } from "./subject.ts";

/** `residual`: a loop's last pass has between 1 and as many trips as the others. */
export function residuals(subject: Subject): Problem[] {
  return [...impossible(subject), ...outermost(subject)];
}

function impossible(subject: Subject): Problem[] {
  return violationsOf(subject, "residual").map(({ level, dimension, factor, residual, spatial }) => {
    const { name } = subject.layer.workload.dimensions[dimension];
    const source = writtenFactors(subject, dimension).find((f) => f.level === level && f.spatial === spatial)?.source;
    const place = source?.residual?.location ?? source?.location;
    return {
      code: "residual",
      severity: "error",
      message: `${name} at ${levelName(subject, level)}: a last pass of ${residual} does not go with ${factor} trips; the second number must be from 1 to ${factor}.`,
      location: place ?? mappingPlace(subject, level, spatial ? "spatial" : "temporal"),
      fixes:
        source?.residual == null
          ? []
          : [
              {
                title: `Write ${factor}`,
                edits: [{ location: source.residual.location, newText: `${factor}` }],
                safe: false,
              },
            ],
    };
  });
}

/** `residual-outermost`: the outermost loop of a dimension has only one pass, the last: its first number is never used. */
function outermost(subject: Subject): Problem[] {
  return subject.layer.workload.dimensions.flatMap(({ name }, dimension): Problem[] => {
    const factors = writtenFactors(subject, dimension).filter(({ source }) => source.end.value !== 1);
    const first = factors[0];
    const { end, residual } = first?.source ?? {};
    if (first === undefined || end === undefined || residual == null || residual.value >= end.value) return [];
    const location = { ...end.location, end: residual.location.end };
    return [
      {
        code: "residual-outermost",
        severity: "warning",
        message: `The outermost loop of ${name} runs once, with ${residual.value} trips: its ${end.value} is never used, but Timeloop counts with it. Write ${name}=${residual.value}.`,
        location: first.source.location,
        fixes: [
          {
            title: `Write ${name}=${residual.value}`,
            edits: [{ location, newText: `${residual.value}` }],
            safe: false,
          },
        ],
      },
    ];
  });
}
