import type { Perturbation, UntriedTest } from '../../../../protocol/robustness.ts';
import { number } from '../../../../words/numbers.ts';
import { unitErrors } from '../../../project/unitErrors.ts';
import { perturbationNames, type RobustnessConfig } from '../../../project/schema/robustness.ts';
import type { Random } from '../../../statistics/random.ts';
import { boundOf, knownNumbers, type ReadColumn, type ValueKind } from './perturbedColumns.ts';
import { misspell } from './misspell.ts';

/** A value of a column; null where it is missing. */
export type Value = number | string | null;

/** One column that is changed in one way. */
export interface ColumnChange {
  perturbation: Perturbation;
  column: ReadColumn;
  /** How the values are changed, as half a sentence. */
  how: string;
  /** Share of the rows that are changed. */
  share: number;
  /** The new value of a known one. */
  change: (value: number | string, random: Random) => Value;
}

interface Settings {
  kind: Perturbation;
  share: number;
  strength?: number | undefined;
  /** Null for all that fit. */
  columns: readonly string[] | null;
}

const fits: Record<Perturbation, readonly ValueKind[]> = {
  missing: ['number', 'integer', 'boolean', 'time', 'category'],
  noise: ['number', 'integer', 'time'],
  category_swap: ['category', 'boolean'],
  unit_error: ['number', 'integer', 'time'],
  typo: ['category'],
  out_of_domain: ['number', 'integer', 'time'],
};

/** The changes that a project asks for, and those of them that cannot be made. */
export function plannedChanges(
  columns: readonly ReadColumn[],
  config: RobustnessConfig,
): { changes: ColumnChange[]; untried: UntriedTest[] } {
  const changes: ColumnChange[] = [];
  const untried: UntriedTest[] = [];
  for (const settings of settingsOf(config)) {
    const { kind } = settings;
    const named = settings.columns ?? columns.map(({ name }) => name);
    for (const name of named) {
      const column = columns.find((candidate) => candidate.name === name);
      const isNamed = settings.columns !== null;
      const made = column ? changesOf(column, settings, isNamed) : 'the model does not read it';
      if (typeof made !== 'string') changes.push(...made);
      else if (made !== '' || isNamed)
        untried.push({ test: kind, column: name, why: made || `it does not fit ${kindText(column?.kind)}` });
    }
  }
  return { changes, untried };
}

function settingsOf({ perturbations = [...perturbationNames], columns }: RobustnessConfig): Settings[] {
  return perturbations.map((one) => {
    const given = typeof one === 'string' ? { kind: one } : one;
    return { share: 1, ...given, columns: given.columns ?? columns ?? null };
  });
}

const kindTexts: Record<ValueKind, string> = {
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  time: 'a time',
  category: 'a category',
};

function kindText(kind: ValueKind | undefined): string {
  return kind === undefined ? 'the column' : kindTexts[kind];
}

/** The changes of one column; the reason why there are none, which is empty where the kind of the column is not meant. */
function changesOf(column: ReadColumn, settings: Settings, isNamed: boolean): ColumnChange[] | string {
  const { kind: perturbation, share } = settings;
  if (!fits[perturbation].includes(column.kind)) return '';
  const one = (how: string, change: ColumnChange['change']): ColumnChange[] => [
    {
      perturbation,
      column,
      how: `${how}${share < 1 ? `, in ${number(share * 100)} % of the rows` : ''}`,
      share,
      change,
    },
  ];
  switch (perturbation) {
    case 'missing':
      return column.field?.constraints?.required === true && !isNamed
        ? 'its schema requires a value, so the model never sees a row without'
        : one('the value is missing', () => null);
    case 'noise':
      return noise(column, settings.strength ?? 0.25, one);
    case 'category_swap':
      return swap(column, one);
    case 'unit_error':
      return column.kind === 'time'
        ? one('seconds read as milliseconds', (value) => Number(value) / 1000)
        : unitErrors(column.field?.loopwright?.unit).flatMap(({ how, apply }) =>
            one(how, (value) => rounded(column, apply(Number(value)))),
          );
    case 'typo':
      return typo(column, one);
    case 'out_of_domain':
      return beyond(column, settings.strength ?? 0.5, one);
  }
}

type Make = (how: string, change: ColumnChange['change']) => ColumnChange[];

const rounded = ({ kind }: ReadColumn, value: number) =>
  kind === 'integer' || kind === 'time' ? Math.round(value) : value;

function noise(column: ReadColumn, strength: number, one: Make): ColumnChange[] | string {
  const known = knownNumbers(column.column);
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const deviation = Math.sqrt(known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (known.length - 1));
  if (!(deviation > 0)) return 'all its values are the same';
  const low = boundOf(column.field, 'minimum', column.kind) ?? Number.NEGATIVE_INFINITY;
  const high = boundOf(column.field, 'maximum', column.kind) ?? Number.POSITIVE_INFINITY;
  return one(`noise of ${number(strength)} standard deviations`, (value, random) =>
    rounded(column, Math.min(high, Math.max(low, Number(value) + strength * deviation * normal(random)))),
  );
}

/** A standard normal number (Box and Muller 1958). */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}

function swap(column: ReadColumn, one: Make): ColumnChange[] | string {
  if (column.kind === 'boolean')
    return one('true for false, and false for true', (value) => (Number(value) === 0 ? 1 : 0));
  const { categories } = column;
  if (categories.length < 2) return 'it has one value only';
  const isText = column.column.kind === 'text';
  return one('another valid category', (value, random) => {
    const own = categories.indexOf(String(value));
    const drawn = random.integer(categories.length - (own === -1 ? 0 : 1));
    const other = categories[own !== -1 && drawn >= own ? drawn + 1 : drawn] ?? '';
    return isText ? other : Number(other);
  });
}

function typo(column: ReadColumn, one: Make): ColumnChange[] | string {
  const known = new Set(column.categories);
  if (column.column.kind === 'text')
    return one('one typing error, so that the value is unknown', (value, random) =>
      misspell(String(value), known, random),
    );
  const unknown = Math.max(0, ...column.categories.map(Number).filter(Number.isFinite)) + 1;
  return one(`the unknown category ${unknown}`, () => unknown);
}

function beyond(column: ReadColumn, strength: number, one: Make): ColumnChange[] | string {
  const known = knownNumbers(column.column);
  const low = boundOf(column.field, 'minimum', column.kind) ?? known[0];
  const high = boundOf(column.field, 'maximum', column.kind) ?? known.at(-1);
  if (low === undefined || high === undefined || !(high > low)) return 'its smallest and largest value are not apart';
  const by = strength * (high - low);
  const isTime = column.kind === 'time';
  const shown = (value: number) => (isTime ? new Date(value).toISOString().slice(0, 10) : number(value));
  const [under, over] =
    column.kind === 'integer' || isTime ? [Math.floor(low - by), Math.ceil(high + by)] : [low - by, high + by];
  return one(`${shown(under)} or ${shown(over)}, outside ${shown(low)} to ${shown(high)}`, (_, random) =>
    random.next() < 0.5 ? under : over,
  );
}
