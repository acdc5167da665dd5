import { listed } from "../spec/nearest.ts";
import type { Problem } from "../syntax/source.ts";

/** What the rules found for one layer, and the names of the layers it is the same for. */
export interface FoundInLayers {
  names: string[];
  problems: readonly Problem[];
}

/** Names of layers that a message lists; the rest is counted. */
const namesListed = 3;

/**
 * Problems of a network: one found in every layer is told as it is, another names its layers, and of problems of one
 * kind at one place the first stands for the others.
 */
export function problemsOfLayers(found: readonly FoundInLayers[]): Problem[] {
  if (found.length === 1) return [...found[0].problems];
  const all = found.reduce((sum, { names }) => sum + names.length, 0);
  const groups = new Map<string, { problem: Problem; names: Set<string>; messages: Set<string> }>();
  for (const { names, problems } of found) {
    for (const problem of problems) {
      const { code, severity, location } = problem;
      const key = `${code} ${severity} ${location.uri} ${location.start} ${location.end}`;
      let group = groups.get(key);
      if (group === undefined) {
        group = { problem, names: new Set(), messages: new Set() };
        groups.set(key, group);
      }
      for (const name of names) group.names.add(name);
      group.messages.add(problem.message);
    }
  }
  return [...groups.values()].map(({ problem, names, messages }) => {
    if (names.size === all && messages.size === 1) return problem;
    const [first, ...others] = names;
    const message =
      messages.size === 1
        ? `${problem.message} (Layer${names.size === 1 ? "" : "s"} ${short([...names])}.)`
        : `Layer ${first}: ${problem.message} (Much the same for ${short(others)}.)`;
    return { ...problem, message };
  });
}

function short(names: readonly string[]): string {
  if (names.length <= namesListed + 1) return listed(names);
  return listed([...names.slice(0, namesListed), `${names.length - namesListed} more`]);
}
