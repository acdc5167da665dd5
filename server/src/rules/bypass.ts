import type { Fix, Problem } from "../syntax/source.ts";
import { headOf, mappingPlace, type Subject, violationsOf } from "./subject.ts";

/** `bypassed-everywhere` and `bypassed-outermost`: every data space must live somewhere. */
export function bypass(subject: Subject): Problem[] {
  return [...everywhere(subject), ...outermost(subject)];
}

function everywhere(subject: Subject): Problem[] {
  return violationsOf(subject, "bypassed-everywhere").map(({ dataSpace }) => {
    const { name } = subject.layer.workload.dataSpaces[dataSpace];
    const top = subject.architecture.storage[subject.architecture.storage.length - 1].name;
    return {
      code: "bypassed-everywhere",
      severity: "error",
      message: `${name} is bypassed at every level. Keep it at least at ${top}.`,
      location: bypassPlace(subject, dataSpace) ?? headOf(subject.mappingSource.location),
      fixes: keepFixes(subject, dataSpace),
    };
  });
}

function outermost(subject: Subject): Problem[] {
  const level = subject.lowered.mapping.levels.length - 1;
  const { levels } = subject.lowered.mapping;
  return subject.layer.workload.dataSpaces.flatMap(({ name }, dataSpace): Problem[] => {
    const holder = levels.findLastIndex((l) => l.keep[dataSpace]);
    if (holder < 0 || holder === level) return [];
    const { storage } = subject.architecture;
    return [
      {
        code: "bypassed-outermost",
        severity: "information",
        message: `${name} is bypassed at ${storage[level].name}, so ${storage[holder].name} is taken as its home: moving it there from outside costs nothing.`,
        location: bypassPlace(subject, dataSpace) ?? mappingPlace(subject, level, "dataTypes"),
      },
    ];
  });
}

/** The name in the `bypass` list of the outermost level that has it. */
function bypassPlace(subject: Subject, dataSpace: number) {
  return outermostBypass(subject, dataSpace)?.name.location;
}

function outermostBypass(subject: Subject, dataSpace: number) {
  const { name } = subject.layer.workload.dataSpaces[dataSpace];
  for (const place of [...subject.lowered.places].reverse()) {
    for (const directive of [...place.dataTypes].reverse()) {
      const found = directive.bypass.find((other) => other.value === name);
      if (found !== undefined) return { name: found, directive };
    }
  }
  return undefined;
}

/** Takes the name out of a list of one; longer lists need their commas minded, which the place alone cannot tell. */
function keepFixes(subject: Subject, dataSpace: number): Fix[] {
  const found = outermostBypass(subject, dataSpace);
  const first = found?.directive.keep[0];
  if (found === undefined || found.directive.bypass.length !== 1 || first === undefined) return [];
  const at = { ...first.location, end: first.location.start };
  return [
    {
      title: `Keep ${found.name.value} here`,
      edits: [
        { location: at, newText: `${found.name.value}, ` },
        { location: found.name.location, newText: "" },
      ],
      safe: false,
    },
  ];
}
