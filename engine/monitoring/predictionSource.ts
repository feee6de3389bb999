import { ProjectError } from '../base/errors.ts';
import { deploymentSource } from './deploymentSource.ts';
import type { PredictionSource, SourceRequest } from './sourceRequest.ts';
import { tableSource } from './tableSource.ts';

/** Opens the source of a monitor. Throws ProjectError when it names none. */
export function predictionSource(request: SourceRequest): PredictionSource {
  const { deployment, predictions } = request.declared;
  if (request.shadow && deployment === undefined)
    throw new ProjectError(`The monitor \`${request.monitor}\` watches a table of predictions, which has no shadow.`);
  if (predictions !== undefined) return tableSource(request, predictions);
  if (deployment !== undefined) return deploymentSource(request, deployment);
  throw new ProjectError(
    `The monitor \`${request.monitor}\` watches nothing. Add \`deployment\`, or \`predictions\` with a dataset of them.`,
  );
}
