/** Certificates as files: what the search has proven, and which design it is about. */

import { writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { Certificate } from "../engine/search/exact/certificate.ts";
import { readSource, type TemplateVariables } from "./inputs.ts";
import type { SearchInput } from "./search-inputs.ts";
import { UsageError } from "./usage.ts";

/** The design that was searched. Paths count from the folder of the certificate. */
export interface CertifiedDesign {
  files: readonly string[];
  layer: string;
  variables: TemplateVariables;
}

export function writeCertificate(
  name: string,
  certificate: Certificate,
  { files, layer }: SearchInput,
  variables: TemplateVariables,
): void {
  const design: CertifiedDesign = {
    files: files.map(({ uri }) => (uri === "-" ? uri : relative(dirname(name), uri).replaceAll("\\", "/"))),
    layer: layer.workload.name,
    variables,
  };
  writeFileSync(name, `${JSON.stringify({ ...certificate, design })}\n`);
}

/** A certificate, its form not yet checked, and the design it names (paths as seen from here). */
export function readCertificate(name: string): { certificate: Certificate; design: CertifiedDesign | null } {
  let value: unknown;
  try {
    value = JSON.parse(readSource(name).text);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${name}: is no JSON`);
  }
  const certificate = value as (Certificate & { design?: Partial<CertifiedDesign> }) | null;
  if (certificate?.format !== "mapspace-certificate-1") throw new UsageError(`${name}: is no certificate of mapspace`);
  return { certificate, design: designOf(certificate.design, name) };
}

function designOf(design: Partial<CertifiedDesign> | undefined, name: string): CertifiedDesign | null {
  const { files, layer, variables } = design ?? {};
  if (!Array.isArray(files) || !files.every((file) => typeof file === "string") || files.length === 0) return null;
  return {
    files: files.map((file) => (file === "-" ? file : join(dirname(name), file))),
    layer: typeof layer === "string" ? layer : "",
    variables: typeof variables === "object" && variables !== null ? variables : {},
  };
}
