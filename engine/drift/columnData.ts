import type { Database } from '../data/database.ts';
import { distinctOf, numbersAsCategories, totalsOf, type CategoryPair, type NumberPair } from '../statistics/pairs.ts';
import { evidentlyType, isNumberLike, nannymlType, pandasDtype, plainType, type Dtype } from './columnTypes.ts';
import type { DeclaredKind } from './declaredKinds.ts';
import type { CompareOptions } from './driftTable.ts';
import type { ColumnData } from './measure.ts';
import {
  markedNumber,
  plainText,
  readCategories,
  readNumbers,
  readNumbersOnGrid,
  readTexts,
  type NumberColumn,
  type Sides,
  type TextForm,
} from './readPair.ts';
import type { Side, SideColumn } from './side.ts';

/** A column of both sides as a profile sees it. */
export interface ReadColumn {
  data: ColumnData;
  nReference: number;
  nCurrent: number;
  /** Values that count as missing, such as NaN. */
  extraMissing: Sides;
  /** Distinct values of both sides together. */
  distinct: number;
  /** Whether the numbers were counted in cells of a grid, not one by one. */
  estimated?: boolean;
  /** The numbers as they are, infinite ones included; null for other types. */
  numbers: NumberColumn | null;
}

const noNumbers = 'evidently raises an error: the reference holds no numbers';
/** Up to this many rows a side, Loopwright's own profile counts every value. */
const mostCounted = 200_000;
/** The classifier of texts reads at most this many a side. */
const textLimit = 20_000;

/** Reads a column for a profile. Returns a text with the reason when the column is not compared. */
export async function readColumn(
  db: Database,
  { profile, kinds }: Pick<CompareOptions, 'profile' | 'kinds'>,
  name: string,
  reference: Side,
  current: Side,
): Promise<ReadColumn | string> {
  const [before, now] = [reference.columns.get(name), current.columns.get(name)];
  if (!before || !now) return `the ${before ? 'current' : 'reference'} side has no such column`;
  const pandas = profile === 'evidently' || profile === 'nannyml';
  return pandas
    ? readAsPandas(db, profile, before, now, reference, current)
    : readPlain(db, profile, before, now, reference, current, kinds?.get(name) ?? null);
}

async function readAsPandas(
  db: Database,
  profile: 'evidently' | 'nannyml',
  before: SideColumn,
  now: SideColumn,
  reference: Side,
  current: Side,
): Promise<ReadColumn | string> {
  const dtypes = {
    reference: pandasDtype(before.sqlType, before.known < reference.rows),
    current: pandasDtype(now.sqlType, now.known < current.rows),
  };
  const sources = { reference: reference.source, current: current.source };
  // pandas reads booleans with gaps as objects; Python still compares them as numbers.
  const numbersOn = {
    reference: isNumberLike(dtypes.reference) || before.sqlType === 'BOOLEAN',
    current: isNumberLike(dtypes.current) || now.sqlType === 'BOOLEAN',
  };
  const tell = (distinct: number, count: number) =>
    profile === 'evidently' ? evidentlyType(dtypes.current, distinct, count) : nannymlType(dtypes.reference);
  const refused = (dtype: Dtype) =>
    `${profile} does not compare columns of ${dtype === 'datetime' ? 'times' : dtype === 'uint' ? 'unsigned numbers' : 'this type'}`;
  if (numbersOn.reference && numbersOn.current) {
    const numbers = await readNumbers(db, sources, before.name);
    const type = tell(distinctOf(numbers.all.current), totalsOf(numbers.all).nCurrent);
    if (type === null || type === 'text') return refused(profile === 'evidently' ? dtypes.current : dtypes.reference);
    if (profile === 'evidently' && type === 'numeric' && dtypes.reference === 'object') return noNumbers;
    // NannyML keeps infinite values, evidently drops them.
    const pair = profile === 'nannyml' ? numbers.all : numbers.pair;
    return fromNumbers(type, pair, numbers, dtypes);
  }
  const pair = await readCategories(
    db,
    sources,
    before.name,
    numbersOn.reference
      ? { reference: markedNumber, current: plainText }
      : numbersOn.current
        ? { reference: plainText, current: markedNumber }
        : undefined,
  );
  const type = tell(distinctOf(pair.current), totalsOf(pair).nCurrent);
  if (type === null) return refused(profile === 'evidently' ? dtypes.current : dtypes.reference);
  if (type === 'numeric')
    return profile === 'evidently' ? noNumbers : 'NannyML gives no value: the current side holds no numbers';
  const base = {
    ...totalsOf(pair),
    extraMissing: { reference: 0, current: 0 },
    distinct: pair.values.length,
    numbers: null,
  };
  return type === 'text'
    ? { ...base, data: await texts(db, before.name, reference, current) }
    : { ...base, data: { type, pair } };
}

function fromNumbers(
  type: 'numeric' | 'categorical',
  pair: NumberPair,
  numbers: NumberColumn,
  dtypes: { reference: Dtype; current: Dtype },
): ReadColumn {
  const whole = (dtype: Dtype) => dtype === 'int' || dtype === 'uint';
  const numpy = {
    integer: whole(dtypes.reference) && whole(dtypes.current),
    single: dtypes.reference === 'float32' && dtypes.current === 'float32',
  };
  const totals = totalsOf(pair);
  const present = totalsOf(numbers.all);
  return {
    data: type === 'numeric' ? { type, pair, numpy } : { type, pair: numbersAsCategories(pair) },
    ...totals,
    distinct: pair.values.length,
    numbers,
    extraMissing: {
      reference: numbers.nan.reference + present.nReference - totals.nReference,
      current: numbers.nan.current + present.nCurrent - totals.nCurrent,
    },
  };
}

async function readPlain(
  db: Database,
  profile: 'loopwright' | 'tfdv',
  before: SideColumn,
  now: SideColumn,
  reference: Side,
  current: Side,
  declared: DeclaredKind | null,
): Promise<ReadColumn | string> {
  // A side without values has no type of its own: a CSV file with an empty column reads as text.
  const ownRules = profile === 'loopwright';
  const [one, other] = [ownRules && before.known === 0 ? now : before, ownRules && now.known === 0 ? before : now];
  const types = [plainType(one), plainType(other)];
  if (types.includes(null)) return 'times and nested values are not compared';
  const sources = { reference: reference.source, current: current.source };
  const asText = ownRules ? textOf(one, other, declared) : null;
  if (asText) return categories(await readCategories(db, sources, before.name, asText));
  if (types.every((type) => type === 'numeric')) {
    const large = profile === 'loopwright' && Math.max(before.known, now.known) > mostCounted;
    const numbers = await (large
      ? readNumbersOnGrid(db, sources, before.name, { reference: before.known, current: now.known })
      : readNumbers(db, sources, before.name));
    const read = fromNumbers('numeric', numbers.pair, numbers, { reference: 'float', current: 'float' });
    if (profile === 'loopwright') return { ...read, ...(large ? { estimated: true } : {}) };
    // TFDV counts NaN and infinite values as values that match nothing.
    const all = totalsOf(numbers.all);
    return {
      ...read,
      nReference: all.nReference + numbers.nan.reference,
      nCurrent: all.nCurrent + numbers.nan.current,
      extraMissing: { reference: 0, current: 0 },
    };
  }
  const pair = await readCategories(db, sources, before.name);
  const read = categories(pair);
  const known = distinctOf(pair.reference);
  const free = ownRules && before.type === 'string' && known > 50 && known > read.nReference * 0.5;
  return free ? { ...read, data: await texts(db, before.name, reference, current) } : read;
}

function categories(pair: CategoryPair): ReadColumn {
  return {
    ...totalsOf(pair),
    data: { type: 'categorical', pair },
    extraMissing: { reference: 0, current: 0 },
    distinct: pair.values.length,
    numbers: null,
  };
}

/**
 * How the values of categories that are stored as numbers or booleans become texts: the schema decides, then the stored
 * types. A boolean is the same as 0 and 1 of the other side. Null where the values are compared as they are stored.
 */
function textOf(
  before: SideColumn,
  now: SideColumn,
  declared: DeclaredKind | null,
): Record<keyof Sides, TextForm> | null {
  const sides = [before, now];
  const hasNumbers = sides.some((column) => plainType(column) === 'numeric');
  const hasTruth = sides.some(({ type }) => type === 'boolean');
  const hasTexts = sides.some(({ type }) => type === 'string' || type === 'any');
  if (declared === 'boolean' || (hasTruth && (hasNumbers || !hasTexts))) {
    // Words of a schema, such as yes and no, are texts like any other.
    return hasNumbers || hasTruth ? { reference: truthForm(before), current: truthForm(now) } : null;
  }
  return declared === 'categorical' && hasNumbers ? { reference: numberForm, current: numberForm } : null;
}

const numberForm: TextForm = (column) =>
  `coalesce(CAST(TRY_CAST(${column} AS DOUBLE) + 0.0 AS VARCHAR), CAST(${column} AS VARCHAR))`;

function truthForm({ sqlType }: SideColumn): TextForm {
  if (sqlType === 'BOOLEAN') return plainText;
  return (column) => {
    const text = `CAST(${column} AS VARCHAR)`;
    const truth = `CASE TRY_CAST(${text} AS DOUBLE) WHEN 0 THEN false WHEN 1 THEN true ELSE TRY_CAST(${text} AS BOOLEAN) END`;
    return `coalesce(CAST(${truth} AS VARCHAR), ${text})`;
  };
}

async function texts(db: Database, column: string, reference: Side, current: Side): Promise<ColumnData> {
  return {
    type: 'text',
    reference: await readTexts(db, reference.source, column, textLimit),
    current: await readTexts(db, current.source, column, textLimit),
  };
}
