import type { DatasetSchema, Field } from '../project/schema/datasetSchema.ts';
import type { Database } from './database.ts';
import { columnsOf } from './inspectColumns.ts';
import { quoteIdentifier } from './quote.ts';

const maximumCategories = 20;

/**
 * A first schema for a FROM-able expression: names and types, `required` where every row has a value, `categories` for texts
 * with at most 20 values that repeat, and the roles a name or type makes obvious (id, timestamp). Bounds are for a person to set.
 */
export async function inferSchema(db: Database, source: string): Promise<DatasetSchema> {
  const fields: Field[] = [];
  let primaryKey: string | undefined;
  for (const { name, type } of await columnsOf(db, source)) {
    const column = quoteIdentifier(name);
    const [counts = {}] = await db.rows(`SELECT count(*) AS n, count(${column}) AS present, count(DISTINCT ${column}) AS distinct_values FROM ${source}`);
    const [rows, present, distinct] = [Number(counts['n']), Number(counts['present']), Number(counts['distinct_values'])];
    const field: Field = { name, type };
    const full = rows > 0 && present === rows;
    const unique = full && distinct === rows && rows > 1 && (type === 'string' || type === 'integer');
    if (full) field.constraints = { required: true };
    if (unique && /(^|[_\s-])(id|key|uuid)$/i.test(name) && primaryKey === undefined) {
      field.loopwright = { role: 'id' };
      primaryKey = name;
    } else if (type === 'datetime') field.loopwright = { role: 'timestamp' };
    else if (type === 'string' && distinct <= maximumCategories && distinct * 2 <= present) {
      const values = await db.rows(`SELECT DISTINCT ${column} AS value FROM ${source} WHERE ${column} IS NOT NULL ORDER BY 1`);
      field.categories = values.map(({ value }) => String(value));
    }
    fields.push(field);
  }
  const timestamps = fields.filter((field) => field.loopwright?.role === 'timestamp');
  for (const extra of timestamps.slice(1)) delete extra.loopwright;
  return { fields, ...(primaryKey === undefined ? {} : { primaryKey }) };
}
