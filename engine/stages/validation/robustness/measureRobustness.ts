import type { CardRobustness, UntriedTest } from '../../../../protocol/robustness.ts';
import type { Database } from '../../../data/database.ts';
import type { EvaluationOptions } from '../../../evaluation/evaluate.ts';
import { smallerIsBetter } from '../../../evaluation/metrics.ts';
import type { Predictor } from '../../../models/predictor.ts';
import type { DatasetSchema } from '../../../project/schema/datasetSchema.ts';
import type { RobustnessConfig } from '../../../project/schema/robustness.ts';
import { drawRows } from '../drawRows.ts';
import type { TestedModel } from './changedRows.ts';
import { testDirection } from './direction.ts';
import { testInvariance } from './invariance.ts';
import { measurePerturbation, type MeasuredPerturbation } from './measurePerturbations.ts';
import { readColumns } from './perturbedColumns.ts';
import { plannedChanges } from './perturbations.ts';

const usualRows = 1000;
const confidence = 0.95;

export interface RobustnessRequest {
  /** SELECT of the test rows, and how many there are. */
  sql: string;
  testRows: number;
  weightColumn: string | null;
  model: Predictor;
  schema: DatasetSchema | null;
  config: RobustnessConfig;
  options: EvaluationOptions;
  /** The metrics of perturbations, of which the first sorts them. */
  metrics: readonly string[];
  /** The seed of the run. */
  seed: number;
  signal: AbortSignal;
  /** The share of the work that is done. */
  progress: (share: number) => void;
}

/** The robustness of a model, with what gates compare of each perturbation. */
export interface Robustness {
  card: CardRobustness;
  measured: MeasuredPerturbation[];
}

/**
 * Tries a model on changed test rows: columns perturbed one by one, and the invariances and directions that the project
 * declares. One drawn sample of rows serves all of them. Throws CancelledError.
 */
export async function measureRobustness(db: Database, request: RobustnessRequest): Promise<Robustness> {
  const { model, schema, config, options, metrics, signal } = request;
  const seed = config.seed ?? request.seed;
  const drawn = await drawRows(db, { ...request, rows: config.rows ?? usualRows, seed });
  const columns = readColumns(drawn.table, model.meta, schema);
  const { changes, untried } = plannedChanges(columns, config);
  const { invariant_to: invariant = [], increasing = [], decreasing = [] } = config;
  const works = changes.length + invariant.length + increasing.length + decreasing.length;
  let done = 0;
  const after = <T>(one: T): T => (request.progress(++done / works), one);

  const measured: MeasuredPerturbation[] = [];
  for (const change of changes)
    measured.push(
      after(await measurePerturbation(change, { drawn, model, options, metrics, seed, confidence, signal })),
    );
  const tested: TestedModel = { drawn, columns, model, options, schema, confidence, signal };
  const invariances = [];
  for (const one of invariant) invariances.push(after(await testInvariance(tested, one)));
  const directions = [];
  for (const one of increasing) directions.push(after(await testDirection(tested, one, 'increasing')));
  for (const one of decreasing) directions.push(after(await testDirection(tested, one, 'decreasing')));
  const wasTried = <T extends object>(one: T | UntriedTest): one is T => !('why' in one);
  const sorted = measured.toSorted((a, b) => fallOf(b, metrics) - fallOf(a, metrics));
  return {
    measured: sorted,
    card: {
      rows: drawn.table.rows,
      of: request.testRows,
      seed,
      confidence,
      metrics: [...metrics],
      perturbations: sorted.map(({ result }) => result),
      invariances: invariances.filter(wasTried),
      directions: directions.filter(wasTried),
      untried: [...untried, ...[...invariances, ...directions].filter((one) => 'why' in one)],
    },
  };
}

/** How much worse the first metric is after a perturbation; without end where the model refuses the rows. */
function fallOf({ result }: MeasuredPerturbation, [metric = '']: readonly string[]): number {
  const change = result.metrics[metric]?.change;
  if (change === undefined) return Number.POSITIVE_INFINITY;
  return smallerIsBetter(metric) ? change : -change;
}
