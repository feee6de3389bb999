import { withDatabase } from '../../../engine/data/withDatabase.ts';
import { compareTables } from '../../../engine/drift/compareTables.ts';
import type { Correction, DriftRow, DriftTable, ProfileName } from '../../../engine/drift/driftTable.ts';
import { comparatorsOf, type ComparatorKind } from '../../../engine/drift/comparators.ts';
import { declaredKinds } from '../../../engine/drift/declaredKinds.ts';
import { domainMeasure } from '../../../engine/drift/compareDomains.ts';
import { columnMeasures } from '../../../engine/drift/measures.ts';
import { profileNames } from '../../../engine/drift/driftTable.ts';
import { openSide } from '../../../engine/drift/openTables.ts';
import { ProjectError } from '../../../engine/base/errors.ts';
import { exitCodes } from '../../../protocol/problem.ts';
import type { CommandContext } from '../../context.ts';
import { subjectGiven } from '../../dataPlace.ts';

export interface DataDriftOptions {
  profile: ProfileName;
  columns?: string;
  measure?: string;
  threshold?: string;
  correction?: Correction;
  significance?: string;
  comparator: ComparatorKind;
  failOnDrift?: boolean;
}

/** The measures of each profile, for `--help`. */
export const driftHelp = [
  '',
  'Measures:',
  ...profileNames.map(
    (profile) =>
      `  ${profile}: ${columnMeasures(profile)
        .map(({ name }) => name)
        .join(', ')}`,
  ),
  `  all profiles: ${domainMeasure} (one row for the whole table)`,
].join('\n');

/** `loopwright data drift REFERENCE CURRENT`: compares two tables column by column, by the rules of a profile. */
export async function dataDrift(
  context: CommandContext,
  reference: string | undefined,
  current: string | undefined,
  options: DataDriftOptions,
): Promise<number> {
  const threshold = readThreshold(options.threshold);
  const significance = readSignificance(options);
  const columns = options.columns
    ?.split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const [before, now] = [await subjectGiven(context, reference), await subjectGiven(context, current)];
  const result = await withDatabase(context.signal, async (db) => {
    const sides = [
      await openSide(db, before.found.files, options.profile, 'reference', before.found.read),
      await openSide(db, now.found.files, options.profile, 'current', now.found.read),
    ] as const;
    return compareTables(db, ...sides, {
      profile: options.profile,
      correction: options.correction,
      significance,
      signal: context.signal,
      comparators: comparatorsOf(now.found.schema ?? before.found.schema, options.comparator),
      kinds: declaredKinds(now.found.schema ?? before.found.schema),
      columns,
      measure: options.measure,
      threshold,
    });
  });
  if (context.json) context.printJson(result);
  else
    for (const line of driftLines(result, before.found.title, now.found.title, (text) =>
      context.terminal.style('yellow', text),
    ))
      context.terminal.line(line);
  const drifted = result.dataset.drifted || result.columns.some((row) => row.drifted);
  return options.failOnDrift && drifted ? exitCodes.failed : exitCodes.done;
}

function readThreshold(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new ProjectError(`\`--threshold ${text}\` is not a number.`);
  return value;
}

function readSignificance({ significance: text, profile }: DataDriftOptions): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !(value > 0 && value < 1))
    throw new ProjectError(`\`--significance ${text}\` is not a number between 0 and 1.`);
  if (profile !== 'loopwright')
    throw new ProjectError(
      `\`--significance\` is for the profile loopwright; ${profile} judges by its own rules. Leave it out, or give \`--threshold\`.`,
    );
  return value;
}

function driftLines(table: DriftTable, reference: string, current: string, mark: (text: string) => string): string[] {
  const rows = table.columns.map((row) => [
    row.column,
    row.type,
    row.measure,
    shown(row.value),
    row.pValue === null ? '' : shown(row.adjustedP ?? row.pValue),
    row.threshold === null ? '' : shown(row.threshold),
    verdict(row),
  ]);
  const corrected = table.columns.some((row) => row.adjustedP !== null && row.adjustedP !== row.pValue);
  const head = ['column', 'type', 'measure', 'value', corrected ? 'p corrected' : 'p', 'threshold', ''];
  const widths = head.map((text, i) => Math.max(text.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd();
  const [drifted, compared] = [
    table.columns.filter((row) => row.drifted).length,
    table.columns.filter((row) => row.value !== null || row.drifted).length,
  ];
  return [
    `${current} against ${reference}, profile ${table.profile}`,
    '',
    line(head),
    ...rows.map((row, i) => (table.columns[i]?.drifted ? mark(line(row)) : line(row))),
    '',
    `${table.dataset.drifted ? 'The data has drifted' : 'The data has not drifted'}: ${drifted} of ${compared} compared columns drifted (${table.dataset.rule}).`,
  ];
}

function verdict(row: DriftRow): string {
  return [row.drifted ? 'drifted' : row.value === null ? 'not judged' : '', row.note ?? '']
    .filter((text) => text !== '')
    .join(': ');
}

function shown(value: number | null): string {
  return value === null ? '–' : String(Number(value.toPrecision(4)));
}
