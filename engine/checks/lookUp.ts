import type { Edit } from '../project/edit.ts';
import { replaceValue } from '../project/edit.ts';
import { nodeAt } from '../project/located.ts';
import { textOf, type ConfigFile } from '../project/loadProject.ts';
import type { Field } from '../project/schema/datasetSchema.ts';
import type { CmdStage, PrepareStage, ProjectConfig, StageConfig, TrainStage } from '../project/schema/projectSchema.ts';
import type { CheckContext, Path } from './rule.ts';

type Uses = Extract<StageConfig, { uses: string }>['uses'];
type StageOf<K extends Uses> = Extract<StageConfig, { uses: K }>;

/** The stages that use a built-in, with their names. */
export function stagesOf<K extends Uses>(config: ProjectConfig, uses: K): [name: string, stage: StageOf<K>][] {
  return Object.entries(config.stages).filter((entry): entry is [string, StageOf<K>] => 'uses' in entry[1] && entry[1].uses === uses);
}

export function cmdStages(config: ProjectConfig): [name: string, stage: CmdStage][] {
  return Object.entries(config.stages).filter((entry): entry is [string, CmdStage] => 'cmd' in entry[1]);
}

/** The train stage of a name, or null. */
export function trainStage(config: ProjectConfig, name: string): TrainStage | null {
  return stagesOf(config, 'train').find(([other]) => other === name)?.[1] ?? null;
}

/** The prepare stage that writes a dataset, or null. */
export function preparerOf(config: ProjectConfig, dataset: string): [name: string, stage: PrepareStage] | null {
  return stagesOf(config, 'prepare').find(([, stage]) => stage.with.output === dataset) ?? null;
}

/** The column that a train stage learns to tell, as the schema declares it. */
export function targetOf(context: CheckContext, stage: TrainStage): Field | null {
  const { target } = stage.with;
  return context.schemaOf(stage.with.data)?.fields.find((field) => (target === undefined ? field.loopwright?.role === 'target' : field.name === target)) ?? null;
}

/** The names of the columns that a train stage learns from; null when no schema tells. */
export function featuresOf(context: CheckContext, stage: TrainStage): string[] | null {
  return stage.with.features ?? context.schemaOf(stage.with.data)?.fields.filter((field) => field.loopwright?.role === 'feature').map((field) => field.name) ?? null;
}

/** What is written at a path of a file, when it is a plain value and not a reference. */
export function literalAt(file: ConfigFile<unknown>, path: Path): string | number | boolean | null | undefined {
  const node = nodeAt(file.parsed.root ?? undefined, path);
  return node?.kind === 'scalar' && !(typeof node.value === 'string' && node.value.includes('${')) ? node.value : undefined;
}

/** Replaces a value that is written there itself; null where a reference such as `${params.x}` stands. */
export function replaceLiteral(file: ConfigFile<unknown>, path: Path, text: string): Edit | null {
  return literalAt(file, path) === undefined ? null : replaceValue(file, path, text);
}

/** The param that a value of loopwright.yaml is, when it is `${params.x}` and nothing else. */
export function paramAt(context: CheckContext, path: Path): string | null {
  const node = nodeAt(context.project.file.parsed.root ?? undefined, path);
  const name = node?.kind === 'scalar' && typeof node.value === 'string' ? /^\$\{\s*params\.([^}\s]+)\s*\}$/.exec(node.value)?.[1] : undefined;
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
