/**
 * Runs Jinja. A language server loads this when the first template is opened, as a script of its own; whoever renders
 * templates is given it as {@link TemplateEngine}.
 */

import { Environment, Interpreter, parse, tokenize } from "@huggingface/jinja";
import { lastMarker, type Segment } from "./template-scan.ts";

/** Evaluations of one template with everything it includes: more than any design needs, few enough to never hang. */
const maximumSteps = 100_000;
/** UTF-16 code units of any text a template makes. */
const maximumText = 4 * 1024 * 1024;
/** Elements of a list a template makes. */
const maximumList = 10_000;

export interface TemplateEngine {
  parseTemplate: typeof parseTemplate;
  runTemplate: typeof runTemplate;
  TemplateTooLong: typeof TemplateTooLong;
}

/** The template asks for too much work and is given up. */
export class TemplateTooLong extends Error {}

/** What goes on while a template and its includes are rendered. */
export interface RenderProgress {
  steps: number;
  /** All segments of all files, by number. */
  segments: Segment[];
  /** The tag being evaluated: the place of what goes wrong. */
  current: Segment | null;
  report(code: string, message: string): void;
}

type Program = Parameters<Interpreter["run"]>[0];
type Statement = Program["body"][number];
type Value = ReturnType<Interpreter["run"]>;

/** Jinja's rules with limits. Undefined names are problems, as with the front end's `StrictUndefined`; the rest goes on. */
class BoundedInterpreter extends Interpreter {
  private undefinedName: string | null = null;

  constructor(
    environment: Environment,
    private readonly progress: RenderProgress,
  ) {
    super(environment);
  }

  override evaluate(statement: Statement | undefined, environment: Environment): Value {
    this.progress.steps += 1;
    if (this.progress.steps > maximumSteps) throw new TemplateTooLong(`more than ${maximumSteps} steps`);
    const value = super.evaluate(statement, environment);
    const content: unknown = value.value;
    if (typeof content === "string" && content.length > maximumText)
      throw new TemplateTooLong(`a text of more than ${maximumText} characters`);
    if (Array.isArray(content) && content.length > maximumList)
      throw new TemplateTooLong(`a list of more than ${maximumList} elements`);
    if (statement?.type === "Identifier" && value.type === "UndefinedValue")
      this.undefinedName = (statement as unknown as { value: string }).value;
    return value;
  }

  /** Runs statements one after the other; one that fails leaves nothing behind but its problem. */
  protected block(statements: readonly Statement[], environment: Environment): string {
    let result = "";
    for (const statement of statements) {
      if (statement.type === "StringLiteral") {
        const index = lastMarker((statement as unknown as { value: string }).value);
        if (index !== null) this.progress.current = this.progress.segments[index] ?? null;
      }
      result += this.output(statement, environment);
      if (result.length > maximumText) throw new TemplateTooLong(`more than ${maximumText} characters`);
    }
    return result;
  }

  private output(statement: Statement, environment: Environment): string {
    this.undefinedName = null;
    try {
      const value = this.evaluate(statement, environment);
      if (value.type === "UndefinedValue") this.reportUndefined("");
      return value.type === "UndefinedValue" || value.type === "NullValue" ? "" : value.toString();
    } catch (error) {
      // `break` and `continue` travel as errors without a message.
      if (!(error instanceof Error) || error instanceof TemplateTooLong || error.message === "") throw error;
      this.reportUndefined(error.message);
      return "";
    }
  }

  private reportUndefined(message: string): void {
    if (this.undefinedName === null) {
      if (message !== "") this.progress.report("template-error", `This cannot be rendered: ${message}.`);
      return;
    }
    const text = `“${this.undefinedName}” has no value. Give it one where the template is used, or write ${this.undefinedName}|default(…).`;
    this.progress.report("template-undefined", text);
  }
}

// The engine's blocks run through one method that its type declarations keep private.
Object.defineProperty(BoundedInterpreter.prototype, "evaluateBlock", {
  value(this: BoundedInterpreter, statements: readonly Statement[], environment: Environment) {
    const text = (this as unknown as { block(s: readonly Statement[], e: Environment): string }).block(
      statements,
      environment,
    );
    return runtimeString(text);
  },
});

/** A string as the engine holds it, made by the engine itself. */
function runtimeString(text: string): Value {
  return new Environment().set("text", text) as Value;
}

/** Parses what `engineText` made. Throws the engine's error. */
export function parseTemplate(text: string): Program {
  return parse(tokenize(text, { lstrip_blocks: false, trim_blocks: false }));
}

function boundedRange(first: number, second?: number, step = 1): number[] {
  const [start, stop] = second === undefined || second === null ? [0, first] : [first, second];
  const length = step === 0 ? 0 : Math.max(0, Math.ceil((stop - start) / step));
  if (length > maximumList) throw new TemplateTooLong(`a list of more than ${maximumList} elements`);
  return Array.from({ length }, (_, index) => start + index * step);
}

/** Runs a parsed template. Throws {@link TemplateTooLong} only. */
export function runTemplate(
  program: Program,
  variables: Readonly<Record<string, unknown>>,
  functions: Readonly<Record<string, (...values: never[]) => unknown>>,
  progress: RenderProgress,
): string {
  const environment = new Environment();
  const names: Record<string, unknown> = {
    true: true,
    True: true,
    false: false,
    False: false,
    none: null,
    None: null,
    range: boundedRange,
    ...functions,
    ...variables,
  };
  for (const [name, value] of Object.entries(names)) if (!environment.variables.has(name)) environment.set(name, value);
  return String(new BoundedInterpreter(environment, progress).run(program).value);
}
