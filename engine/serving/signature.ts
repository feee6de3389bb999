import type { Task } from '../evaluation/predictions.ts';
import { typeOfFeature } from '../models/feature.ts';
import type { ServedVersion } from './servingModel.ts';

/** The answer of GET /signature: what the served version takes and answers. */
export interface ServedSignature {
  model: string;
  model_version: number;
  task: Task;
  target: string;
  /** Binary: [negative, positive]. Multiclass: in the order of the probabilities. Null for a regression. */
  classes: string[] | null;
  scores: 'probability' | 'decision' | 'none';
  inputs: { name: string; type: string; optional: boolean }[];
}

export function signatureOf({ version, model: { meta } }: ServedVersion): ServedSignature {
  return {
    model: version.model,
    model_version: version.version,
    task: meta.task,
    target: meta.target,
    classes: version.report.classes,
    scores: meta.scores,
    inputs: meta.features.map((feature) => ({
      name: feature.name,
      type: typeOfFeature(feature),
      optional: feature.optional ?? false,
    })),
  };
}
