import { WorkError } from '../errors.ts';
import { quoteIdentifier, quoteLiteral } from '../data/quote.ts';
import type { DatasetSchema } from '../project/schema/datasetSchema.ts';
import type { PrepareStage } from '../project/schema/projectSchema.ts';

/** The column that says on which side a row is: train, validation or test. */
export const splitColumn = '_split';

/**
 * SQL for the side of a row. By time: the rank of the row's time decides, rows of one time stay together.
 * At random: a hash of the key and the seed decides, so that a row never changes side when others come or go.
 */
export function splitExpression(split: NonNullable<PrepareStage['with']['split']>, schema: DatasetSchema | null, columns: string[], seed: number): string {
  const train = split.train;
  const validation = split.train + (split.validation ?? 0);
  const share = split.by === 'time' ? timeShare(split.column, columns) : hashShare(split.column ?? schema?.primaryKey, columns, seed);
  return `CASE WHEN ${share} < ${train} THEN 'train' WHEN ${share} < ${validation} THEN 'validation' ELSE 'test' END`;
}

function timeShare(column: string | undefined, columns: string[]): string {
  if (column === undefined || !columns.includes(column)) throw new WorkError(`The split by time needs a column of the output; \`${column ?? ''}\` is none of ${columns.join(', ')}.`, { place: { file: 'loopwright.yaml' } });
  return `((rank() OVER (ORDER BY ${quoteIdentifier(column)}) - 1) / count(*) OVER ())`;
}

function hashShare(key: string | string[] | undefined, columns: string[], seed: number): string {
  const names = [key ?? []].flat();
  const missing = names.find((name) => !columns.includes(name));
  if (names.length === 0 || missing !== undefined) throw new WorkError(`The random split needs a key: ${missing === undefined ? 'give the schema a primaryKey, or `split` a column' : `\`${missing}\` is no column of the output`}.`, { place: { file: 'loopwright.yaml' } });
  // md5 is the same on every machine and version; the first 13 hex digits are exact in a double.
  const text = `concat_ws('|', ${quoteLiteral(String(seed))}, ${names.map((name) => `CAST(${quoteIdentifier(name)} AS VARCHAR)`).join(', ')})`;
  return `(CAST(('0x' || substr(md5(${text}), 1, 13)) AS BIGINT) / ${2 ** 52})`;
}
