/** `mapspace verify`: is a certificate of an optimum, or of a gap, true? */

import { slack } from "../engine/search/exact/certificate.ts";
import type { FormExpected } from "../engine/search/proof/form.ts";
import { type CertificateFault, verifyCertificate } from "../engine/search/proof/verify.ts";
import { formatNumber, formatPercent } from "../workspace/quantities.ts";
import { type CertifiedDesign, readCertificate } from "./certificate-file.ts";
import type { Command } from "./command.ts";
import { readSearchInput, type SearchInput } from "./search-inputs.ts";
import { exitStatus, type FlagSpec, type Flags, parseFlags, templateVariables, UsageError } from "./usage.ts";

const flagSpec = {
  layer: { type: "string" },
  json: { type: "boolean" },
  set: { type: "string", multiple: true },
} as const satisfies FlagSpec;

export const verifyCommand: Command = {
  name: "verify",
  summary: "check the certificate of an optimum or a gap against the files it is about",
  help: `Usage: mapspace verify CERTIFICATE [FILE...]

CERTIFICATE was written by \`mapspace search --certificate\`; FILEs are the design it is about, if not the files it names.
Checked are its form, the digest of the inputs, whether its mapping is in the mapspace and what it costs by the reference
model, and that no mapping of the mapspace is below its bound.

  --layer NAME      the layer of the problem
  --set NAME=VALUE  a variable of a template
  --json            one JSON object

Exit status: 0 it holds, 1 it does not, 2 wrong usage.
`,
  run(args) {
    const { flags, files } = parseFlags(args, flagSpec);
    const [name, ...given] = files;
    if (name === undefined) throw new UsageError("name the certificate");
    const { certificate, design } = readCertificate(name);
    const input = readDesign(name, given, design, flags);
    const checking = verifyCertificate(certificate, input.architecture, input.layer.workload, input.constraints);
    let step = checking.next();
    while (!step.done) step = checking.next();
    const fault = step.value;
    if (flags.json) process.stdout.write(`${JSON.stringify({ holds: fault === null, fault }, null, 2)}\n`);
    else if (fault === null) {
      const { objective, kind, incumbent, bound } = certificate;
      const gap = 1 - bound / incumbent.value;
      const proven =
        gap <= slack
          ? `${formatNumber(incumbent.value)} is the least of mapspace ${kind}`
          : `no mapping of mapspace ${kind} is below ${formatNumber(bound)}, ${formatPercent(gap, 2)} under its own ${formatNumber(incumbent.value)}`;
      process.stdout.write(`${name}: holds: ${objective} ${proven}\n`);
    } else process.stdout.write(`${name}: does not hold: ${explain(fault)}\n`);
    return fault === null ? exitStatus.fine : exitStatus.problems;
  },
};

/** The design named on the command line, else the one the certificate names; flags go before what it says. */
function readDesign(name: string, given: readonly string[], design: CertifiedDesign | null, flags: Flags): SearchInput {
  const layer = flags.layer as string | undefined;
  const variables = templateVariables(flags);
  if (given.length > 0) return readSearchInput(given, layer, variables);
  if (design === null || design.files.includes("-")) {
    const why = design === null ? "it names no files" : "its design came from standard input";
    throw new UsageError(`${name}: ${why}; name the files of the design after the certificate`);
  }
  return readSearchInput(design.files, layer ?? (design.layer || undefined), { ...design.variables, ...variables });
}

const expectedWords: Record<FormExpected, string> = {
  format: "mapspace-certificate-1",
  object: "an object",
  list: "a list",
  pair: "a list of two numbers",
  text: "text",
  truth: "true or false",
  whole: "a whole number, 0 or more",
  "positive-whole": "a whole number, 1 or more",
  amount: "a number, 0 or more",
  "positive-amount": "a number above 0",
  "label-bound": "a number, 0 or more, or null",
  objective: "edp, energy or latency",
  kind: "pfm, padded or ruby-s",
};

function explain(fault: CertificateFault): string {
  switch (fault.kind) {
    case "malformed":
      return `${fault.place} must be ${expectedWords[fault.expected]}`;
    case "inputs":
      return "it is about other inputs (architecture, layer, constraints, mapspace or objective differ)";
    case "empty-mapspace":
      return "the constraints leave no mapping";
    case "mapping-invalid":
      return "the hardware cannot run its mapping";
    case "mapping-outside":
      return "its mapping is not in the mapspace";
    case "cost":
      return `its mapping costs ${formatNumber(fault.actual, 8)}, not ${formatNumber(fault.stated, 8)}`;
    case "bound-not-proven":
      return `it claims the bound ${formatNumber(fault.stated, 8)}; its own mapping costs ${formatNumber(fault.actual, 8)}`;
    case "labels-changed":
      return "its list of labels is not the one it was made with";
    case "label-missing":
      return "a label that the proof needs is missing";
    case "label-raised":
      return `a label claims the bound ${formatNumber(fault.stated, 8)}; it has a mapping of ${formatNumber(fault.actual, 8)}`;
    case "label-unknown":
      return "a label is about no spread or kept levels of the mapspace";
    case "better-mapping":
      return `there is a mapping of ${formatNumber(fault.actual, 8)}, below ${formatNumber(fault.stated, 8)}`;
  }
}
