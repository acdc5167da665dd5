/** `mapspace verify`: is a certificate of an optimum, or of a gap, true? */

import { type Certificate, slack } from "../engine/search/exact/certificate.ts";
import { type CertificateFault, verifyCertificate } from "../engine/search/proof/verify.ts";
import { formatNumber, formatPercent } from "../workspace/quantities.ts";
import type { Command } from "./command.ts";
import { readSource } from "./inputs.ts";
import { readSearchInput } from "./search-inputs.ts";
import { exitStatus, type FlagSpec, parseFlags, templateVariables, UsageError } from "./usage.ts";

const flagSpec = {
  layer: { type: "string" },
  json: { type: "boolean" },
  set: { type: "string", multiple: true },
} as const satisfies FlagSpec;

export const verifyCommand: Command = {
  name: "verify",
  summary: "check the certificate of an optimum or a gap against the files it is about",
  help: `Usage: mapspace verify CERTIFICATE FILE...

CERTIFICATE was written by \`mapspace search --certificate\`; FILEs are the design it is about. Checked are the digest
of the inputs, the cost of the mapping by the reference model, and that no mapping of the mapspace is below its bound.

  --layer NAME      the layer of the problem
  --set NAME=VALUE  a variable of a template
  --json            one JSON object

Exit status: 0 it holds, 1 it does not, 2 wrong usage.
`,
  run(args) {
    const { flags, files } = parseFlags(args, flagSpec);
    const [name, ...design] = files;
    if (name === undefined || design.length === 0)
      throw new UsageError("name the certificate, then the files of the design");
    const certificate = parseCertificate(name);
    const input = readSearchInput(design, flags.layer as string | undefined, templateVariables(flags));
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

function parseCertificate(name: string): Certificate {
  let value: unknown;
  try {
    value = JSON.parse(readSource(name).text);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${name}: is no JSON`);
  }
  const certificate = value as Partial<Certificate> | null;
  if (
    certificate?.format !== "mapspace-certificate-1" ||
    !Array.isArray(certificate.labels) ||
    certificate.incumbent === undefined
  ) {
    throw new UsageError(`${name}: is no certificate of mapspace`);
  }
  return certificate as Certificate;
}

function explain(fault: CertificateFault): string {
  switch (fault.kind) {
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
