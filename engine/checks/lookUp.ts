import type { Edit } from '../project/edit.ts';
import { replaceValue } from '../project/edit.ts';
import { nodeAt } from '../project/located.ts';
import { textOf, type ConfigFile } from '../project/loadProject.ts';
import type { Field } from '../project/schema/datasetSchema.ts';
import type { CmdStage } from '../project/schema/cmdStage.ts';
import type { PrepareStage } from '../project/schema/prepareStage.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import type { StageConfig } from '../project/schema/stages.ts';
import type { TrainStage } from '../project/schema/trainStage.ts';
import type { CheckContext, Path } from './rule.ts';

type Uses = Extract<StageConfig, { uses: string }>['uses'];
type StageOf<K extends Uses> = Extract<StageConfig, { uses: K }>;

interface Stages {
  uses: { [K in Uses]: [name: string, stage: StageOf<K>][] };
  cmd: [name: string, stage: CmdStage][];
  /** Prepare stages by the dataset that they write. */
  preparers: Map<string, [name: string, stage: PrepareStage]>;
}

/** Many rules ask for the same stages of the same config. */
const sorted = new WeakMap<ProjectConfig, Stages>();

function stagesIn(config: ProjectConfig): Stages {
  const known = sorted.get(config);
  if (known) return known;
  const found: Stages = { uses: { collect: [], prepare: [], train: [], validate: [] }, cmd: [], preparers: new Map() };
  for (const [name, stage] of Object.entries(config.stages)) {
    if (!('uses' in stage)) found.cmd.push([name, stage]);
    else if (stage.uses === 'collect') found.uses.collect.push([name, stage]);
    else if (stage.uses === 'train') found.uses.train.push([name, stage]);
    else if (stage.uses === 'validate') found.uses.validate.push([name, stage]);
    else {
      found.uses.prepare.push([name, stage]);
      if (!found.preparers.has(stage.with.output)) found.preparers.set(stage.with.output, [name, stage]);
    }
  }
  sorted.set(config, found);
  return found;
}

/** The stages that use a built-in, with their names. */
export function stagesOf<K extends Uses>(config: ProjectConfig, uses: K): readonly [name: string, stage: StageOf<K>][] {
  return stagesIn(config).uses[uses];
}

export function cmdStages(config: ProjectConfig): readonly [name: string, stage: CmdStage][] {
  return stagesIn(config).cmd;
}

/** The train stage of a name, or null. */
export function trainStage(config: ProjectConfig, name: string): TrainStage | null {
  const stage = Object.hasOwn(config.stages, name) ? config.stages[name] : undefined;
  return stage && 'uses' in stage && stage.uses === 'train' ? stage : null;
}

/** The prepare stage that writes a dataset, or null. */
export function preparerOf(config: ProjectConfig, dataset: string): [name: string, stage: PrepareStage] | null {
  return stagesIn(config).preparers.get(dataset) ?? null;
}

/** The column that a train stage learns to tell, as the schema declares it. */
export function targetOf(context: CheckContext, stage: TrainStage): Field | null {
  const { target } = stage.with;
  return (
    context
      .schemaOf(stage.with.data)
      ?.fields.find((field) => (target === undefined ? field.loopwright?.role === 'target' : field.name === target)) ??
    null
  );
}

/** The field of a dataset with the role target, or null. */
export function targetIn(context: CheckContext, dataset: string): Field | null {
  return context.schemaOf(dataset)?.fields.find((field) => field.loopwright?.role === 'target') ?? null;
}

/** The names of the columns that a train stage learns from; null when no schema tells. */
export function featuresOf(context: CheckContext, stage: TrainStage): string[] | null {
  return (
    stage.with.features ??
    context
      .schemaOf(stage.with.data)
      ?.fields.filter((field) => field.loopwright?.role === 'feature')
      .map((field) => field.name) ??
    null
  );
}

/** What is written at a path of a file, when it is a plain value and not a reference. */
export function literalAt(file: ConfigFile<unknown>, path: Path): string | number | boolean | null | undefined {
  const node = nodeAt(file.parsed.root ?? undefined, path);
  return node?.kind === 'scalar' && !(typeof node.value === 'string' && node.value.includes('${'))
    ? node.value
    : undefined;
}

/** Replaces a value that is written there itself; null where a reference such as `${params.x}` stands. */
export function replaceLiteral(file: ConfigFile<unknown>, path: Path, text: string): Edit | null {
  return literalAt(file, path) === undefined ? null : replaceValue(file, path, text);
}

/** The param that a value of loopwright.yaml is, when it is `${params.x}` and nothing else. */
export function paramAt(context: CheckContext, path: Path): string | null {
  const node = nodeAt(context.project.file.parsed.root ?? undefined, path);
  const name =
    node?.kind === 'scalar' && typeof node.value === 'string'
      ? /^\$\{\s*params\.([^}\s]+)\s*\}$/.exec(node.value)?.[1]
      : undefined;
  return name !== undefined && context.config.params && Object.hasOwn(context.config.params, name) ? name : null;
}

/** A key as it has to be written in the place of another: in quotes where that one is. */
export function keyLike(file: ConfigFile<unknown>, range: { start: number }, name: string): string {
  return /["']/.test(file.parsed.text[range.start] ?? '') ? JSON.stringify(name) : name;
}

/** The text files that a project names and a person writes: its config files and its SQL. */
export function writtenFiles({ project, config }: Pick<CheckContext, 'project' | 'config'>): string[] {
  const configs = [project.file, ...project.experiments.values(), ...project.schemas.values()].map((file) => file.path);
  return [...new Set([...configs, ...stagesOf(config, 'prepare').map(([, stage]) => stage.with.sql)])];
}

/** The SQL of a prepare stage; empty when there is none. */
export function sqlOf(context: CheckContext, stage: PrepareStage): string {
  return textOf(context.project, stage.with.sql);
}
