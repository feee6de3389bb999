import { WorkError } from '../base/errors.ts';
import { quoteIdentifier, quoteLiteral } from '../data/quote.ts';
import type { DatasetSchema } from '../project/schema/datasetSchema.ts';
import type { PrepareStage } from '../project/schema/prepareStage.ts';

/**
 * SQL for the side of a row. By time, the rank of the row's time decides, and rows of one time stay together unless
 * `cutsTimes`: then the hash of the whole row orders the rows of one time. Otherwise
 * a hash of the key (stratified: with the stratum; grouped: of the group) and the seed decides, so that a row never
 * changes side when other rows are added or removed; with `exact`, its rank by that hash among the rows of its stratum
 * decides.
 *
 * A split by time with a `regime` cuts only the rows of the new regime by the shares and puts all earlier rows into
 * train: so a retraining learns from the rows after a change and is tested on them alone.
 */
export function splitExpression(
  split: NonNullable<PrepareStage['with']['split']>,
  schema: DatasetSchema | null,
  columns: string[],
  seed: number,
  regime: SplitRegime | null = null,
  cutsTimes = false,
): string {
  const train = split.train;
  const validation = split.train + (split.validation ?? 0);
  const cut = split.by === 'time' ? regime : null;
  const share = shareOf(split, schema, columns, seed, cut, cutsTimes);
  const earlier = cut === null ? '' : `WHEN NOT ${cut.isNew} THEN 'train' `;
  return `CASE ${earlier}WHEN ${share} < ${train} THEN 'train' WHEN ${share} < ${validation} THEN 'validation' ELSE 'test' END`;
}

/** SQL conditions of the rows after a change. */
export interface SplitRegime {
  /** True for the rows after the change. */
  isNew: string;
  /** True for the rows whose target is known. The others are cut on their own, so that every side has targets. */
  isLabelled: string;
}

function shareOf(
  split: NonNullable<PrepareStage['with']['split']>,
  schema: DatasetSchema | null,
  columns: string[],
  seed: number,
  regime: SplitRegime | null,
  cutsTimes: boolean,
): string {
  if (split.by === 'time') return timeShare(split.column, columns, seed, regime, cutsTimes);
  if (split.by === 'grouped')
    return hashShare(split.column, columns, seed, 'The grouped split needs the `column` of the group');
  const key = hashShare(
    split.by === 'stratified' ? schema?.primaryKey : (split.column ?? schema?.primaryKey),
    columns,
    seed,
    `The ${split.by} split needs a key: give the schema a primaryKey${split.by === 'random' ? ', or `split` a column' : ''}`,
  );
  if (split.by === 'random') return key;
  const stratum = stratumOf(split, schema);
  if (stratum === null || !columns.includes(stratum))
    throw new WorkError(
      `The stratified split needs a column of the output; ${stratum === null ? 'name one, or give the schema a target' : `\`${stratum}\` is not one of ${columns.join(', ')}`}.`,
      { place: { file: 'loopwright.yaml' } },
    );
  return split.exact === true
    ? `((row_number() OVER (PARTITION BY ${quoteIdentifier(stratum)} ORDER BY ${key}) - 0.5) / count(*) OVER (PARTITION BY ${quoteIdentifier(stratum)}))`
    : key;
}

/** The column whose values all get the same shares in a stratified split. */
export function stratumOf(
  split: NonNullable<PrepareStage['with']['split']>,
  schema: DatasetSchema | null,
): string | null {
  return split.column ?? schema?.fields.find((field) => field.loopwright?.role === 'target')?.name ?? null;
}

function timeShare(
  column: string | undefined,
  columns: string[],
  seed: number,
  regime: SplitRegime | null,
  cutsTimes: boolean,
): string {
  if (column === undefined || !columns.includes(column))
    throw new WorkError(
      `The split by time needs a column of the output; \`${column ?? ''}\` is not one of ${columns.join(', ')}.`,
      { place: { file: 'loopwright.yaml' } },
    );
  const part = regime === null ? '' : `PARTITION BY ${regime.isNew}, ${regime.isLabelled}`;
  const place = cutsTimes
    ? `row_number() OVER (${part} ORDER BY ${quoteIdentifier(column)}, ${rowHash(columns, seed)})`
    : `rank() OVER (${part} ORDER BY ${quoteIdentifier(column)})`;
  return `((${place} - 1) / count(*) OVER (${part}))`;
}

function hashShare(key: string | string[] | undefined, columns: string[], seed: number, need: string): string {
  const names = [key ?? []].flat();
  const missing = names.find((name) => !columns.includes(name));
  if (names.length === 0 || missing !== undefined)
    throw new WorkError(
      `${need}${missing === undefined ? '' : `; \`${missing}\` is not a column of the output, which has ${columns.join(', ')}`}.`,
      { place: { file: 'loopwright.yaml' } },
    );
  // The first 13 hex digits are exact in a double.
  return `(CAST(('0x' || substr(${rowHash(names, seed)}, 1, 13)) AS BIGINT) / ${2 ** 52})`;
}

/** SQL for the hash of columns of a row. md5 is the same on every machine and version. */
function rowHash(names: readonly string[], seed: number): string {
  const texts = names.map((name) => `CAST(${quoteIdentifier(name)} AS VARCHAR)`);
  return `md5(concat_ws('|', ${quoteLiteral(String(seed))}, ${texts.join(', ')}))`;
}
