import type { Problem, Severity } from '../../protocol/problem.ts';
import type { Graph } from '../project/graph.ts';
import { entryOf, nodeAt, type Located } from '../project/located.ts';
import type { ConfigFile, Project } from '../project/loadProject.ts';
import type { DatasetSchema, Field } from '../project/schema/datasetSchema.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';

export type Path = readonly (string | number)[];

/** One rule: what it finds, how bad that is, and how it looks. A rule is pure; the context answers everything it may ask. */
export interface Rule {
  code: string;
  /** In kebab case, such as `unknown-dataset`. */
  name: string;
  severity: Severity;
  /** What is wrong and why it matters, for the reference page. */
  docs: string;
  check(context: CheckContext): void;
}

/** What a rule sees. Only projects whose shape is right get here, so `config` is complete. */
export class CheckContext {
  readonly project: Project;
  readonly config: ProjectConfig;
  readonly graph: Graph;
  readonly #rule: Rule;
  readonly #problems: Problem[];

  constructor(project: Project, config: ProjectConfig, graph: Graph, rule: Rule, problems: Problem[]) {
    this.project = project;
    this.config = config;
    this.graph = graph;
    this.#rule = rule;
    this.#problems = problems;
  }

  /** Reports on a value of loopwright.yaml by its path. */
  report(path: Path, message: string, severity?: Severity): void {
    this.#add(this.project.file, nodeAt(this.project.resolved.root ?? undefined, path)?.range, message, severity);
  }

  /** Reports on a key of loopwright.yaml. */
  reportKey(path: Path, message: string, severity?: Severity): void {
    const parent = nodeAt(this.project.resolved.root ?? undefined, path.slice(0, -1));
    this.#add(this.project.file, entryOf(parent, String(path.at(-1)))?.keyRange, message, severity);
  }

  /** Reports on a value of another file. */
  reportIn(file: ConfigFile<unknown>, path: Path, message: string, severity?: Severity): void {
    this.#add(file, nodeAt(file.parsed.root ?? undefined, path)?.range, message, severity);
  }

  reportKeyIn(file: ConfigFile<unknown>, path: Path, message: string, severity?: Severity): void {
    const parent: Located | undefined = nodeAt(file.parsed.root ?? undefined, path.slice(0, -1));
    this.#add(file, entryOf(parent, String(path.at(-1)))?.keyRange, message, severity);
  }

  /** The schema of a dataset, or null when it has none that can be used. */
  schemaOf(dataset: string): DatasetSchema | null {
    const path = this.config.datasets?.[dataset]?.schema;
    return path === undefined ? null : (this.project.schemas.get(path)?.value ?? null);
  }

  field(dataset: string, name: string): Field | null {
    return this.schemaOf(dataset)?.fields.find((field) => field.name === name) ?? null;
  }

  #add(file: ConfigFile<unknown>, range: { start: number; end: number } | undefined, message: string, severity: Severity = this.#rule.severity): void {
    this.#problems.push({ ...file.parsed.lines.place(file.path, range ?? { start: 0, end: 0 }), code: this.#rule.code, severity, message });
  }
}
