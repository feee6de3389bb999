import { fewestRows } from '../fewestRows.ts';
import type { Measured } from '../gates.ts';
import type { Groups } from '../groups.ts';
import { estimate, type Estimate } from '../intervals.ts';
import { parseMetric } from '../metricName.ts';
import { calibrationErrors } from './calibrationErrors.ts';
import { compareGroups, comparedInterval, type Comparison } from './compareGroups.ts';
import type { FairnessInput } from './fairnessInput.ts';
import { fairnessMeasures, type FairnessMeasure } from './fairnessMeasures.ts';
import { groupTable, type GroupTable } from './groupTable.ts';
import { rowsOf, type Rate } from './rates.ts';

/** One fairness measure of a protected attribute, with the rates of the groups that it compares. */
export interface FairnessResult {
  /** A column, or two whose values are crossed: `sex, race`. */
  attribute: string;
  /** The name of the measure, such as `equal_opportunity_difference`. */
  measure: string;
  value: number;
  low: number | null;
  high: number | null;
  /** Confidence of the interval; null when none was computed. */
  confidence: number | null;
  /** The rates of the groups, of the largest groups; empty where a measure before it has them. */
  rates: { rate: Rate; groups: { group: string; n: number; value: number; tooFew?: true }[] }[];
  /**
   * The parts of which the worst counts, such as both halves of equalised odds; missing where there is one, and in
   * reports of earlier versions.
   */
  parts?: { rate: Rate; value: number; low: number | null; high: number | null }[] | undefined;
  /** The groups that differ most; `to` is null where a group is compared with all rows. */
  between?: { rate: Rate; ofClass: number | null; from: string; to: string | null } | undefined;
  /** Groups that are compared; fewer than two give no verdict. Missing in reports before version 4. */
  compared?: number | undefined;
  /** For people: the reasons to doubt the value. */
  warnings: string[];
}

/** The rates of the groups of one attribute, for the card. */
export interface FairnessGroups {
  attribute: string;
  /** Groups that have a row, and those that have fewer than 10 rows. */
  number: number;
  tooFew: number;
  /** The rows of all groups. */
  overall: GroupRow;
  /** The largest groups. */
  groups: GroupRow[];
}

interface GroupRow {
  group: string;
  n: number;
  /**
   * Rate by name; a rate with fewer than 10 rows behind it is null. Rates of several classes are left out. `ece` has no
   * interval and is not compared: by chance alone it is larger in smaller groups.
   */
  rates: Partial<Record<Rate | 'ece', Estimate | null>>;
}

/** The groups of one attribute. */
export interface FairnessRows {
  attribute: string;
  input: FairnessInput;
  table: GroupTable;
  groups: Groups;
}

/** More groups are too many to read. */
const mostGroups = 40;
const mostWarnings = 8;

export function fairnessRows(attribute: string, groups: Groups, input: FairnessInput): FairnessRows {
  return { attribute, input, groups, table: groupTable(input, groups) };
}

/** The name of a measure of an attribute, as a gate writes it. */
export function fairnessName(measure: string, attribute: string): string {
  return `${measure}[${attribute}]`;
}

/** The measures that fit rows: their rates are known. */
function fitting({ input, table }: FairnessRows): FairnessMeasure[] {
  return fairnessMeasures.filter(
    ({ tasks, rates }) => tasks.includes(input.task) && rates.every((rate) => table.rates.includes(rate)),
  );
}

/**
 * The measures of one attribute with their intervals; empty where no row has a group. A group with fewer than 10 rows
 * behind a rate is shown and not compared: chance alone would make the difference. With fewer than two larger groups
 * all are compared, as fairlearn does, and `compared` says that this gives no verdict.
 */
export function fairnessResults(rows: FairnessRows, confidence: number): FairnessResult[] {
  const { attribute, table } = rows;
  if (table.groups.length === 0) return [];
  const largest = largestGroups(table);
  return fitting(rows).map((measure) => {
    const compared = compareGroups(measure, table);
    const interval = comparedInterval(measure, table, compared, confidence);
    const isFirst = measure.method === 'between_groups' && measure.compares === 'difference';
    return {
      attribute,
      measure: measure.name,
      value: compared.worst.value,
      low: interval?.low ?? null,
      high: interval?.high ?? null,
      confidence: interval ? confidence : null,
      compared: compared.enough,
      between: betweenOf(compared.worst, rows),
      ...(measure.rates.length > 1 && { parts: partsOf(measure, rows, compared.comparisons, confidence) }),
      rates:
        isFirst && table.classes <= 1
          ? measure.rates.map((rate) => ({
              rate,
              groups: largest.map((place) => {
                const { value, behind } = table.rate(rate, place);
                const { group, n } = table.groups[place] ?? { group: '', n: 0 };
                return { group, n, value, ...(behind < fewestRows && { tooFew: true as const }) };
              }),
            }))
          : [],
      warnings: isFirst ? warningsOf(measure, table) : [],
    };
  });
}

function betweenOf({ rate, ofClass, low, high }: Comparison, { table }: FairnessRows): FairnessResult['between'] {
  const name = (place: number) => table.groups[place]?.group ?? '';
  return { rate, ofClass: table.classes > 1 ? ofClass : null, from: name(low), to: high === null ? null : name(high) };
}

/** Each rate of a measure of several, such as both halves of equalised odds. */
function partsOf(
  measure: FairnessMeasure,
  { table }: FairnessRows,
  comparisons: readonly Comparison[],
  confidence: number,
): FairnessResult['parts'] {
  return measure.rates.map((rate) => {
    const own = comparisons.filter((comparison) => comparison.rate === rate);
    const sign = measure.compares === 'difference' ? 1 : -1;
    const value = own.reduce((a, b) => (sign * b.value > sign * a.value ? b : a)).value;
    const interval = comparedInterval(measure, table, { comparisons: own }, confidence);
    return { rate, value, low: interval?.low ?? null, high: interval?.high ?? null };
  });
}

/** The rates of the groups of an attribute with their intervals, the largest groups by name. */
export function fairnessGroups({ attribute, input, groups, table }: FairnessRows, confidence: number): FairnessGroups {
  const calibration = input.calibration?.();
  const errors = calibration && calibrationErrors(calibration.falling, calibration.gaps, groups);
  const codes = new Map(groups.names.map((name, code) => [name, code]));
  const errorOf = (group: string, place: number): GroupRow['rates'] => {
    const error = errors?.[place === -1 ? 0 : (codes.get(group) ?? -1) + 1];
    return error ? { ece: error.n < fewestRows ? null : estimate(error.value, error.n) } : {};
  };
  const rowOf = (group: string, n: number, place: number): GroupRow => ({
    group,
    n,
    rates: {
      ...Object.fromEntries(
        table.rates
          .filter((rate) => table.classes <= 1 || rate === 'accuracy' || rate === 'logLoss')
          .map((rate) => {
            const { value, behind, limits } = table.rate(rate, place);
            return [rate, behind < fewestRows ? null : { value, ...limits(confidence), confidence, n: behind }];
          }),
      ),
      ...errorOf(group, place),
    },
  });
  const all = table.groups.reduce((sum, { n }) => sum + n, 0);
  return {
    attribute,
    number: table.groups.length,
    tooFew: table.groups.filter(({ n }) => n < fewestRows).length,
    overall: rowOf('all groups', all, -1),
    groups: largestGroups(table).map((place) => {
      const { group, n } = table.groups[place] ?? { group: '', n: 0 };
      return rowOf(group, n, place);
    }),
  };
}

/** The places of the groups with most rows, in the order of their names. */
function largestGroups({ groups }: GroupTable): number[] {
  return groups
    .map(({ n }, place) => ({ n, place }))
    .toSorted((a, b) => b.n - a.n)
    .slice(0, mostGroups)
    .map(({ place }) => place)
    .toSorted((a, b) => a - b);
}

function warningsOf({ rates }: FairnessMeasure, table: GroupTable): string[] {
  if (table.classes > 1) {
    const few = table.groups
      .filter(({ n }) => n < fewestRows)
      .map(({ group, n }) => `${group} has too few rows to compare: ${n}`);
    return shortened(few);
  }
  return shortened(
    table.groups.flatMap(({ group, n }, place) => {
      const few = rates
        .map((rate) => ({ rate, behind: table.rate(rate, place).behind }))
        .filter(({ behind }) => behind < fewestRows);
      if (few.length > 0)
        return few.map(({ rate, behind }) => `${group} has too few ${rowsOf(rate)} to compare: ${behind}`);
      return n < 100 ? [`${group} has only ${n} rows`] : [];
    }),
  );
}

function shortened(texts: string[]): string[] {
  return texts.length <= mostWarnings
    ? texts
    : [...texts.slice(0, mostWarnings), `and ${texts.length - mostWarnings} more groups with few rows`];
}

/**
 * Measures what a gate names of fairness: `measure[attribute]`, whose two columns may be in any order. Null for a name
 * that is no fairness measure.
 */
export function measureFairness(
  all: readonly FairnessRows[],
  gate: string,
  { confidence, isAsked }: { confidence: number; isAsked: boolean },
): Measured | null {
  const metric = parseMetric(gate);
  const measure = fairnessMeasures.find(({ name }) => name === metric?.name);
  if (!metric?.attribute || !measure || metric.champion) return null;
  const { attribute } = metric;
  const rows = all.find(
    (one) => one.attribute === attribute || one.attribute.split(', ').toReversed().join(', ') === attribute,
  );
  const n = rows?.input.rows ?? null;
  if (!rows || rows.table.groups.length === 0) return { kind: 'no_value', n, note: `\`${attribute}\` gave no groups` };
  if (!fitting(rows).includes(measure))
    return { kind: 'no_value', n, note: `${measure.name} is not computed of these ${rows.input.task} predictions` };
  const compared = compareGroups(measure, rows.table);
  const interval = comparedInterval(measure, rows.table, compared, confidence);
  if (compared.enough < 2 && !(isAsked && interval))
    return {
      kind: 'too_few_rows',
      n,
      note: `${compared.enough === 1 ? 'only one group has' : 'no group has'} ${fewestRows} rows behind each rate, so nothing is compared`,
    };
  const { from = '', to = null } = betweenOf(compared.worst, rows) ?? {};
  return {
    kind: 'value',
    value: compared.worst.value,
    interval,
    n: rows.table.groups.reduce((sum, group) => sum + group.n, 0),
    note: to === null ? `between ${from} and all groups` : `between ${from} and ${to}`,
  };
}
