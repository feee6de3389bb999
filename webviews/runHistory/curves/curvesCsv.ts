import { csvOf } from '../../ui/csv.ts';
import type { Curve } from '../../ui/series.ts';
import type { GridRun } from './gridModel.ts';
import { smoothed } from './smoothing.ts';

/** Every point of the curves, one per line; non-finite values are written as MLflow writes them. */
export function curvesCsv(key: string, curves: readonly { run: GridRun; curve: Curve }[], smoothing: number): string {
  return csvOf(
    [
      'run',
      'run_id',
      'metric',
      'step',
      'time',
      'seconds_since_start',
      'value',
      ...(smoothing > 0 ? [`smoothed_${smoothing}`] : []),
    ],
    rows(key, curves, smoothing),
  );
}

function* rows(
  key: string,
  curves: readonly { run: GridRun; curve: Curve }[],
  smoothing: number,
): Generator<(string | number)[]> {
  for (const { run, curve } of curves) {
    const average = smoothing > 0 ? smoothed(curve.values, smoothing) : null;
    for (let i = 0; i < curve.count; i++) {
      const at = curve.at[i] ?? 0;
      const row = [
        run.name,
        run.runId,
        key,
        curve.steps[i] ?? 0,
        new Date(at).toISOString(),
        (at - run.startedAt) / 1000,
        curve.values[i] ?? Number.NaN,
      ];
      if (average) row.push(average[i] ?? Number.NaN);
      yield row;
    }
  }
}
