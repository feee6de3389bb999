import type { ParamValue, RunSummary } from '../../protocol/runs.ts';
import type { TypedColumn, TypedValue } from '../data/appendColumns.ts';
import { WorkError } from '../base/errors.ts';
import { splitColumn } from './runOrder.ts';
import type { Store } from '../store/store.ts';
import { numberIn } from './storedParam.ts';

/** A column of an exported table, with its kind and how it is read from a run. */
export interface ExportColumn extends TypedColumn {
  value(run: RunSummary): TypedValue;
}

const special = { NaN: Number.NaN, Infinity: Number.POSITIVE_INFINITY, '-Infinity': Number.NEGATIVE_INFINITY } as const;

const attributes: Record<string, ExportColumn> = {
  run_id: { name: 'run_id', kind: 'text', value: (run) => run.runId },
  name: { name: 'name', kind: 'text', value: (run) => run.name },
  status: { name: 'status', kind: 'text', value: (run) => run.status },
  experiment: { name: 'experiment', kind: 'text', value: (run) => run.experiment },
  started: { name: 'started', kind: 'time', value: (run) => run.startedAt },
  ended: { name: 'ended', kind: 'time', value: (run) => run.endedAt },
  // A running run has no duration yet.
  duration: {
    name: 'duration_seconds',
    kind: 'number',
    value: (run) => (run.endedAt === null ? null : (run.endedAt - run.startedAt) / 1000),
  },
  model: { name: 'model', kind: 'integer', value: (run) => run.modelVersion },
  commit: { name: 'commit', kind: 'text', value: (run) => run.commit },
  dirty: { name: 'dirty', kind: 'flag', value: (run) => run.dirty },
  starred: { name: 'starred', kind: 'flag', value: (run) => run.starred },
  archived: { name: 'archived', kind: 'flag', value: (run) => run.archived },
  note: { name: 'note', kind: 'text', value: (run) => (run.note === '' ? null : run.note) },
  parent: { name: 'parent', kind: 'text', value: (run) => run.parent },
};

/**
 * The columns of a table of these runs (row numbers in the store), after the run's id. Metrics are numbers; a param is
 * a number when all its values in these runs are. Throws WorkError for an unknown column.
 */
export function exportColumns(
  store: Pick<Store, 'sql'>,
  names: readonly string[],
  runs: readonly number[],
): ExportColumn[] {
  return [...new Set(['run_id', ...names])].map((name) => {
    const [of, key] = splitColumn(name);
    switch (of) {
      case 'metrics':
        return {
          name,
          kind: 'number',
          value: (run) => run.metrics[key] ?? (run.notFinite[key] === undefined ? null : special[run.notFinite[key]]),
        };
      case 'tags':
        return { name, kind: 'text', value: (run) => run.tags[key] ?? null };
      case 'params':
        return isNumeric(store, key, runs)
          ? { name, kind: 'number', value: (run) => numberOf(run.params[key]) }
          : { name, kind: 'text', value: (run) => textOf(run.params[key]) };
      default: {
        const column = Object.hasOwn(attributes, key) ? attributes[key] : undefined;
        if (!column)
          throw new WorkError(
            `There is no column \`${name}\`. There are ${Object.keys(attributes).join(', ')}, \`metrics.…\`, \`params.…\` and \`tags.…\`.`,
          );
        return column;
      }
    }
  });
}

function isNumeric({ sql }: Pick<Store, 'sql'>, key: string, runs: readonly number[]): boolean {
  const values = (condition: string) =>
    sql.get(
      'SELECT 1 FROM json_each(?) j JOIN params p ON p.run = j.value WHERE p.key = ? AND ' + condition + ' LIMIT 1',
      JSON.stringify(runs),
      key,
    ) !== undefined;
  // A double cannot represent every integer above 2^53: an id would change.
  return (
    values('p.number IS NOT NULL') &&
    !values(`(p.number IS NULL OR abs(p.number) >= 9007199254740992) AND NOT (p.json = 1 AND p.value = 'null')`)
  );
}

function numberOf(value: ParamValue | undefined): number | null {
  if (typeof value === 'string') return numberIn(value);
  return typeof value === 'number' ? value : null;
}

function textOf(value: ParamValue | undefined): string | null {
  if (value === undefined || value === null) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
