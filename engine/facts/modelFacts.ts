import { ProjectError, WorkError } from '../base/errors.ts';
import type { ModelInput } from '../models/flavours/flavour.ts';
import { recogniseModel } from '../models/flavours/flavours.ts';
import { typeOfFeature } from '../models/feature.ts';
import { modelsOf } from '../project/models.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import { featuresOf } from '../registry/openVersion.ts';
import { newestVersion } from '../registry/selectedVersion.ts';
import { findModel } from '../runner/findModel.ts';
import type { Store } from '../store/store.ts';
import type { ModelFacts } from './facts.ts';

/**
 * The inputs of the models that programs made, by the stage that makes each: those that the files state, else those of
 * the newest validated version. No code of a model is run.
 */
export function modelFacts(store: Store, config: ProjectConfig): ModelFacts[] {
  const makers = Object.values(config.stages).flatMap((stage) =>
    'uses' in stage && stage.uses === 'validate' ? [stage.with.model] : [],
  );
  return [...new Set(makers)].flatMap((stage) => {
    const made = config.stages[stage];
    if (!made || 'uses' in made) return [];
    const inputs = statedInputs(store, config, stage) ?? validatedInputs(store, config, stage);
    return inputs ? [{ stage, inputs }] : [];
  });
}

function statedInputs(store: Store, config: ProjectConfig, stage: string): ModelInput[] | null {
  try {
    const found = findModel(stage, { store, config, folders: [store.root] });
    return recogniseModel(found.path)?.stated.inputs ?? null;
  } catch (error) {
    if (error instanceof WorkError || error instanceof ProjectError) return null;
    throw error;
  }
}

function validatedInputs(store: Store, config: ProjectConfig, stage: string): ModelInput[] | null {
  const model = modelsOf(config).find(({ from }) => from === null || from === stage);
  try {
    const version = model && newestVersion(store, model.name);
    return version
      ? featuresOf(version.report).map((feature) => ({
          name: feature.name,
          type: typeOfFeature(feature),
          optional: feature.optional ?? false,
        }))
      : null;
  } catch (error) {
    // The newest version was registered by another program and has no report.
    if (error instanceof WorkError) return null;
    throw error;
  }
}
