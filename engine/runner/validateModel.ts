import { ProjectError } from '../base/errors.ts';
import { configFor, type Project } from '../project/loadProject.ts';
import { recognised } from '../models/openModel.ts';
import { modelsOf } from '../project/models.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import type { ValidateStage, Validation } from '../project/schema/validateStage.ts';
import type { Store } from '../store/store.ts';
import { executeRun } from './execute.ts';
import type { FoundModel } from './findModel.ts';
import type { RunEvents, RunOutcome } from './runRequest.ts';

export interface ModelValidation {
  project: Project;
  store: Store;
  model: FoundModel;
  /** Name in the registry of a model without a version; null for the only model of the project. */
  name: string | null;
  /** Dataset with the test rows; null for that of the stage that validates the model. */
  data: string | null;
  /** The columns that the model reads, in its order, when its files do not name them. */
  features?: readonly string[] | undefined;
  /** The classes in the order of the numbers that the model was trained on in their place. */
  classes?: readonly string[] | undefined;
  slices?: readonly (string | string[])[] | undefined;
  attributes?: readonly (string | string[])[] | undefined;
  signal?: AbortSignal | undefined;
  events?: RunEvents | undefined;
  commandLine: string;
}

/**
 * Validates a model outside the stages, as the project's own validation of that model would: with its gates, slices and
 * protected attributes. A registered version gets the report; any other model becomes the next version.
 */
export async function validateModel(request: ModelValidation): Promise<RunOutcome> {
  const { project, store, model } = request;
  const config = configFor(project, 'default');
  recognised(model.path);
  const name = model.ref?.name ?? nameFor(config, request.name);
  const usual = usualValidation(config, name);
  const data = request.data ?? usual?.with.data;
  if (data === undefined)
    throw new ProjectError(
      `No stage validates \`${name}\`, so the data is not known. Give \`--data DATASET\`, which is declared under \`datasets\`${Object.keys(config.datasets ?? {}).length > 0 ? `: ${Object.keys(config.datasets ?? {}).join(', ')}` : '; none is declared yet'}.`,
    );
  if (!Object.hasOwn(config.datasets ?? {}, data))
    throw new ProjectError(
      `There is no dataset \`${data}\`. Declared: ${Object.keys(config.datasets ?? {}).join(', ') || 'none'}. Add one under \`datasets\`, with a schema whose target is the column with the true values; \`loopwright data infer FILE\` writes a schema.`,
    );
  const attributes = request.attributes ?? usual?.with.fairness?.attributes;
  const stage: ValidateStage = {
    uses: 'validate',
    with: {
      model: usual?.with.model ?? name,
      data,
      slices: [...(request.slices ?? usual?.with.slices ?? [])],
      ...(attributes && attributes.length > 0
        ? { fairness: { ...usual?.with.fairness, attributes: [...attributes] } }
        : {}),
      ...(usual?.with.find_slices === undefined ? {} : { find_slices: usual.with.find_slices }),
      ...(usual?.with.threshold === undefined ? {} : { threshold: usual.with.threshold }),
      ...usualKeys(usual?.with),
    },
    ...(usual?.gates ? { gates: usual.gates } : {}),
  };
  return executeRun({
    project,
    store,
    check: () => [],
    only: ['validate'],
    validation: {
      name: 'validate',
      stage,
      subject: {
        name,
        path: model.path,
        features: request.features ?? modelsOf(config).find((one) => one.name === name)?.features ?? null,
        classes: request.classes ?? modelsOf(config).find((one) => one.name === name)?.classes ?? null,
        runId: model.runId,
        version: model.ref?.version ?? null,
      },
    },
    signal: request.signal,
    events: request.events,
    commandLine: request.commandLine,
  });
}

function nameFor(config: ProjectConfig, name: string | null): string {
  const names = modelsOf(config).map((model) => model.name);
  if (name !== null && (names.includes(name) || names.length === 0)) return name;
  const [only, ...others] = names;
  if (name === null && only !== undefined && others.length === 0) return only;
  throw new ProjectError(
    name === null
      ? `The project has ${names.length} models: ${names.join(', ')}. Give \`--model NAME\`.`
      : `There is no model \`${name}\`. Models: ${names.join(', ')}.`,
  );
}

/** The stage that validates a model in the project; null when none does. */
export function usualValidation(config: ProjectConfig, name: string): ValidateStage | null {
  const declared = modelsOf(config).find((model) => model.name === name);
  for (const stage of Object.values(config.stages))
    if ('uses' in stage && stage.uses === 'validate' && declared && [null, stage.with.model].includes(declared.from))
      return stage;
  return null;
}

const metricKeys = [
  'min_precision',
  'sample_weight',
  'beta',
  'top_k',
  'at_k',
  'top_share',
  'quantile',
  'costs',
] as const;

/** The keys of the usual validation that metrics read. */
function usualKeys(usual: Validation | undefined): Partial<Validation> {
  return Object.fromEntries(
    metricKeys.flatMap((key) => (usual?.[key] === undefined ? [] : [[key, usual[key]]])),
  ) as Partial<Validation>;
}
