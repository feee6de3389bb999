import { count, plural } from './numbers.ts';
import { exactTime } from './times.ts';

/** The parts of a preview that its words need; `protocol/sourcePreview.ts` says what they are. */
interface PreviewWords {
  stage: string | null;
  rows: readonly unknown[];
  total: number | null;
  lines: { count: number; exact: boolean } | null;
  newest: number | null;
  newestOf: 'row' | 'file' | null;
  lag: string | null;
  since: { column: string; value: string; inclusive: boolean } | null;
  adds: boolean;
  has: number | null;
  schema: string | null;
  invalid: 'fail' | 'quarantine' | 'warn';
  invalidRows: number;
  problems: readonly { isError: boolean }[];
  command: string | null;
}

/**
 * What the next collection would do: `would add 12 rows, those with id after 4998`, `would bring 500 rows in place of
 * 480`, `nothing new`.
 */
export function wouldBring({
  stage,
  total,
  lines,
  since,
  adds,
  has,
  rows,
  command,
}: Pick<PreviewWords, 'stage' | 'total' | 'lines' | 'since' | 'adds' | 'has' | 'rows' | 'command'>): string {
  if (command !== null && rows.length === 0) return 'the command was not run';
  const some = rows.length === 0 ? 'no rows' : 'rows';
  const number = total === null ? some : `${count(total)} ${total === 1 ? 'row' : 'rows'}`;
  if (since) {
    const those = since.inclusive ? `${since.column} from ${since.value} on` : `${since.column} after ${since.value}`;
    if (total === 0 || (total === null && rows.length === 0)) return `nothing new: no row has ${those}`;
    // The last row is read again: rows of the same time may have come since.
    return since.inclusive
      ? `would add or replace ${number}, those with ${those}`
      : `would add ${number}, those with ${those}`;
  }
  if (stage === null) return `has ${number}`;
  if (lines && lines.count > 0)
    return `would add ${lines.exact ? '' : 'about '}${plural(lines.exact ? lines.count : Number(lines.count.toPrecision(2)), 'line')}${has === null ? '' : ` to ${plural(has, 'row')}`}`;
  if (adds)
    return rows.length === 0 && (total ?? 0) === 0
      ? 'nothing new'
      : `would add ${number}${has === null ? '' : ` to ${count(has)}`}`;
  return `would bring ${number}${has === null ? '' : ` in place of ${count(has)}`}`;
}

/** The freshest row or file: `newest row 28 May 2026, 14:03:22, 3 min 5 s behind`; null when it is not known. */
export function freshnessText({
  newest,
  newestOf,
  lag,
}: Pick<PreviewWords, 'newest' | 'newestOf' | 'lag'>): string | null {
  if (newest === null) return null;
  return `newest ${newestOf ?? 'row'} ${exactTime(newest)}${lag === null ? '' : `, ${lag}`}`;
}

/** What the schema says about the shown rows; null without a schema. */
export function schemaText({
  schema,
  invalid,
  invalidRows,
  rows,
  problems,
}: Pick<PreviewWords, 'schema' | 'invalid' | 'invalidRows' | 'rows' | 'problems'>): string | null {
  if (schema === null) return null;
  const fails = problems.filter(({ isError }) => isError).length;
  if (fails > 0) return `does not fit ${schema}`;
  if (rows.length === 0) return `no rows to check against ${schema}`;
  const shown = `${count(rows.length)} shown ${rows.length === 1 ? 'row' : 'rows'}`;
  if (invalidRows === 0) return `${shown} fit ${schema}`.replace(/row fit/, 'row fits');
  const fate = {
    fail: 'so the stage would fail',
    quarantine: 'and would be quarantined',
    warn: 'and would be kept with a warning',
  };
  return `${count(invalidRows)} of ${shown} ${invalidRows === 1 ? 'does' : 'do'} not fit ${schema} ${fate[invalid]}`;
}
