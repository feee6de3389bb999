import { named } from '../base/named.ts';
import type { Fix, FixEdit, Place, Problem, Severity } from '../../protocol/problem.ts';
import type { Facts } from '../facts/facts.ts';
import type { Edit } from '../project/edit.ts';
import type { Graph } from '../project/graph.ts';
import { entryOf, nodeAt, type Located, type Range } from '../project/located.ts';
import type { ConfigFile, Project } from '../project/loadProject.ts';
import type { DatasetSchema, Field } from '../project/schema/datasetSchema.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';

export type Path = readonly (string | number)[];

/**
 * One rule: what it finds, how bad that is, and how it looks. A rule is pure; the context answers everything it may
 * ask.
 */
export interface Rule {
  code: string;
  /** In kebab case, such as `unknown-dataset`. */
  name: string;
  severity: Severity;
  /** What is wrong and why it matters, for the reference page. */
  docs: string;
  /** What stands wrong, and right, in a file: for the reference page. */
  example?: { wrong: string; right: string };
  /**
   * The rule speaks of what is not there: while a part of the project cannot be understood, it says nothing of names in
   * that part (with `written`, in its stages), or nothing at all.
   */
  whole?: 'named' | 'written' | 'silent';
  /** The rule reads facts: its findings come later and are marked. */
  fromData?: true;
  check(context: CheckContext): void;
}

/** What a finding may hold besides its message. */
export interface More {
  severity?: Severity | undefined;
  related?: (Place & { message: string })[];
  /** Null fixes are left out, so that a helper may find nothing to edit. */
  fixes?: (Fix | null)[];
}

/** What a rule sees. Only projects whose shape is right get here, so `config` is complete. */
export class CheckContext {
  readonly project: Project;
  readonly config: ProjectConfig;
  readonly graph: Graph;
  readonly facts: Facts;
  /** The codes that a check may have. */
  readonly codes: ReadonlySet<string>;
  readonly #rule: Rule;
  readonly #problems: Problem[];

  constructor(
    project: Project,
    config: ProjectConfig,
    graph: Graph,
    facts: Facts,
    codes: ReadonlySet<string>,
    rule: Rule,
    problems: Problem[],
  ) {
    this.project = project;
    this.config = config;
    this.graph = graph;
    this.facts = facts;
    this.codes = codes;
    this.#rule = rule;
    this.#problems = problems;
  }

  /** Reports on a value of loopwright.yaml by its path. */
  report(path: Path, message: string, more: More = {}): void {
    this.#add(this.project.file, nodeAt(this.project.resolved.root ?? undefined, path)?.range, message, more);
  }

  /** Reports on a key of loopwright.yaml. */
  reportKey(path: Path, message: string, more: More = {}): void {
    this.#add(this.project.file, keyRange(this.project.resolved.root ?? undefined, path), message, more);
  }

  /** Reports on a value of another file. */
  reportIn(file: ConfigFile<unknown>, path: Path, message: string, more: More = {}): void {
    this.#add(file, nodeAt(file.parsed.root ?? undefined, path)?.range, message, more);
  }

  reportKeyIn(file: ConfigFile<unknown>, path: Path, message: string, more: More = {}): void {
    this.#add(file, keyRange(file.parsed.root ?? undefined, path), message, more);
  }

  /** Reports on a range of offsets of a text that is no YAML of ours, such as SQL. */
  reportPlace(place: Place, message: string, more: More = {}): void {
    this.#push(place, message, more);
  }

  /** The place of a value of loopwright.yaml, for `related`. */
  place(path: Path, message: string): Place & { message: string } {
    const { file } = this.project;
    return {
      ...file.parsed.lines.place(
        file.path,
        nodeAt(this.project.resolved.root ?? undefined, path)?.range ?? { start: 0, end: 0 },
      ),
      message,
    };
  }

  /** The place of a key of loopwright.yaml, for `related`. */
  keyPlace(path: Path, message: string): Place & { message: string } {
    const { file } = this.project;
    return {
      ...file.parsed.lines.place(
        file.path,
        keyRange(this.project.resolved.root ?? undefined, path) ?? { start: 0, end: 0 },
      ),
      message,
    };
  }

  /** A fix of edits made with engine/project/edit.ts; null when one of them could not be made. */
  fix(title: string, ...edits: (Edit | null)[]): Fix | null {
    const made: FixEdit[] = [];
    for (const edit of edits) {
      if (!edit) return null;
      const change = { ...edit.file.parsed.lines.place(edit.file.path, edit.range), newText: edit.text };
      const same = made.find(
        (other) =>
          edit.range.start === edit.range.end &&
          other.file === change.file &&
          other.line === change.line &&
          other.column === change.column &&
          other.endLine === change.endLine &&
          other.endColumn === change.endColumn,
      );
      // Which of two insertions at one place comes first is up to whoever applies them; as one they have an order.
      if (same) same.newText += change.newText;
      else made.push(change);
    }
    return { title, edits: made };
  }

  /** The schema file of a dataset, or null when it has none that can be used. */
  schemaFileOf(dataset: string): ConfigFile<DatasetSchema> | null {
    const path = this.config.datasets?.[dataset]?.schema;
    const file = path === undefined ? undefined : this.project.schemas.get(path);
    return file?.value ? file : null;
  }

  /** The schema of a dataset, or null when it has none that can be used. */
  schemaOf(dataset: string): DatasetSchema | null {
    return this.schemaFileOf(dataset)?.value ?? null;
  }

  field(dataset: string, name: string): Field | null {
    return named(this.schemaOf(dataset)?.fields, name) ?? null;
  }

  #add(file: ConfigFile<unknown>, range: Range | undefined, message: string, more: More): void {
    // What cannot be read has no place to point at.
    if (!range && this.project.readable?.whole === false) return;
    this.#push(file.parsed.lines.place(file.path, range ?? { start: 0, end: 0 }), message, more);
  }

  #push(place: Place, message: string, { severity = this.#rule.severity, related = [], fixes = [] }: More): void {
    const made = fixes.filter((fix) => fix !== null);
    this.#problems.push({
      ...place,
      code: this.#rule.code,
      severity,
      message,
      ...(related.length > 0 ? { related } : {}),
      ...(made.length > 0 ? { fixes: made } : {}),
      ...(this.#rule.fromData ? { fromData: true } : {}),
    });
  }
}

function keyRange(root: Located | undefined, path: Path): Range | undefined {
  return entryOf(nodeAt(root, path.slice(0, -1)), String(path.at(-1)))?.keyRange;
}
