import type { InspectedModel } from '../../protocol/modelFacts.ts';
import type { Variables } from '../base/programEnvironment.ts';
import { modelTools } from '../models/modelTools.ts';
import { configFor, type Project } from '../project/loadProject.ts';
import { modelsOf } from '../project/models.ts';
import { findModel } from '../runner/findModel.ts';
import { inspectModel } from '../runner/inspectModel.ts';
import { usualValidation } from '../runner/validateModel.ts';
import type { Store } from '../store/store.ts';
import { factsOfInspection } from './modelFacts.ts';

export interface InspectRequest {
  project: Project;
  store: Store;
  /** The model, as a person names it. */
  text: string;
  /** Opens the model, which runs the code in a pickle. */
  open: boolean;
  /** Variables that name the Python of an editor. */
  python: Variables;
}

/** Inspects a model that a person names, with what its validation needs. Throws WorkError when there is none. */
export async function inspectNamed({ project, store, text, open, python }: InspectRequest): Promise<InspectedModel> {
  const config = configFor(project, 'default');
  const found = findModel(text, { store, config, folders: [project.root] });
  const tools = modelTools(store, config, found.ref?.name ?? '', () => {}, { ...process.env, ...python });
  const inspection = await inspectModel(found.path, tools, open);
  const declared = modelsOf(config);
  const [only] = declared.length === 1 ? declared : [];
  const name = found.ref?.name ?? only?.name ?? null;
  return {
    facts: factsOfInspection(inspection),
    ref: found.ref,
    missing: inspection.needs.flatMap((need) => (need.installed === null ? [need.name] : [])),
    install: inspection.install,
    pythonWhy: inspection.python?.why ?? null,
    validation: {
      names: declared.map((model) => model.name),
      usual: name === null ? null : (usualValidation(config, name)?.with.data ?? null),
      datasets: Object.keys(config.datasets ?? {}),
    },
  };
}
