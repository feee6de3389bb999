import { join } from 'node:path';
import { WorkError } from '../../base/errors.ts';
import type { Database } from '../../data/database.ts';
import { columnsOf } from '../../data/inspectColumns.ts';
import { sourceSql } from '../../data/readSource.ts';
import { lockKey } from '../../fingerprint/lockFile.ts';
import type { Model } from '../../models/model.ts';
import { loadModel } from '../../models/savedModel.ts';
import { validatedModel } from '../../project/models.ts';
import type { ValidateStage } from '../../project/schema/validateStage.ts';
import { championOf } from '../../registry/aliases.ts';
import type { ModelVersion } from '../../registry/modelVersions.ts';
import { sideSql } from '../splitRows.ts';
import { datasetOf, type StageContext } from '../stageContext.ts';

/** The model that a stage validates, the champion it is compared with, and SQL for the rows of both sides. */
export interface Subject {
  /** Name of the model in the registry. */
  name: string;
  model: Model;
  /** Folder of the model, relative to the project. */
  folder: string;
  champion: Champion;
  validation: string;
  test: string;
  /** The test rows without the columns that only the champion needs. */
  reference: string;
  /** Columns that slices and fairness group by. */
  groupColumns: string[];
}

export type Champion =
  | { kind: 'comparable'; version: ModelVersion; model: Model }
  | { kind: 'no_champion' | 'champion_not_comparable'; note: string };

export async function openSubject(context: StageContext, stage: ValidateStage, db: Database): Promise<Subject> {
  const { with: inputs } = stage;
  const { root } = context.project;
  const { name } = validatedModel(context.config, context.node.name);
  const folder = modelFolder(context, inputs.model);
  const model = await loadModel(join(root, folder));
  const dataset = datasetOf(context, inputs.data);
  const source = sourceSql(context.fingerprints.expand(dataset.path).map((file) => join(root, file)));
  const groupColumns = [...new Set([...(inputs.slices ?? []), ...(inputs.fairness?.attributes ?? [])])];
  const columns = [...featuresOf(model), model.meta.target, ...groupColumns];
  const validation = await sideSql(db, source, columns, 'validation', inputs.data);
  const known = (await columnsOf(db, source)).map(({ name }) => name);
  const champion = await openChampion(context, name, model, known);
  const compared = champion.kind === 'comparable' ? featuresOf(champion.model) : [];
  const test = await sideSql(db, source, [...columns, ...compared], 'test', inputs.data);
  const reference = await sideSql(db, source, columns, 'test', inputs.data);
  return { name, model, folder, champion, validation, test, reference, groupColumns };
}

export function featuresOf({ meta }: Model): string[] {
  return meta.features.map(({ name }) => name);
}

function modelFolder(context: StageContext, stage: string): string {
  const lock = context.lock();
  const entry = lock[lockKey(stage, context.experiment)] ?? lock[stage];
  const file = Object.keys(entry?.outs ?? {}).find((path) => path.endsWith('loopwright-model.json'));
  if (file === undefined)
    throw new WorkError(
      `The stage \`${stage}\` has no model to validate: none of its outputs is a folder with \`loopwright-model.json\`.`,
      { place: { file: 'loopwright.yaml' } },
    );
  return file.slice(0, file.lastIndexOf('/'));
}

/** The champion, when it predicts the same target and the data has what it needs. */
async function openChampion(
  context: StageContext,
  name: string,
  { meta }: Model,
  columns: readonly string[],
): Promise<Champion> {
  const version = championOf(context.store, name);
  if (!version) return { kind: 'no_champion', note: 'there is no champion yet to compare with' };
  const model = await loadModel(join(context.project.root, version.path));
  const missing = featuresOf(model).filter((name) => !columns.includes(name));
  const isSameTarget =
    model.meta.task === meta.task &&
    model.meta.target === meta.target &&
    model.meta.classes.join('\n') === meta.classes.join('\n');
  if (isSameTarget && missing.length === 0) return { kind: 'comparable', version, model };
  const note = `the champion v${version.version} ${
    isSameTarget ? `needs ${missing.join(', ')}, which the data does not have` : 'predicts another target'
  }; it cannot be compared`;
  context.log(`warning: ${note}`);
  return { kind: 'champion_not_comparable', note };
}
