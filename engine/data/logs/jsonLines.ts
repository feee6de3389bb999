import type { DatasetSchema } from '../../project/schema/datasetSchema.ts';
import type { FromLogs } from '../../project/schema/sources/logs.ts';
import type { Database } from '../database.ts';
import { quoteLiteral } from '../quote.ts';
import type { ParsedLines } from './parsedLines.ts';
import { isoTime, isTimeField } from './timeText.ts';

const mostColumns = 1000;

/**
 * Reads one JSON object a line. A field `http.status` is the key of this name, or else the key `status` of the object
 * `http`. Without a schema the columns are the keys that occur, and objects are flattened with dots.
 */
export async function jsonLines(
  db: Database,
  records: string,
  { timezone }: FromLogs,
  schema: DatasetSchema | null,
): Promise<ParsedLines> {
  const found = schema
    ? schema.fields.map(({ name }) => ({
        name,
        pointers: [pointer([name]), ...(name.includes('.') ? [pointer(name.split('.'))] : [])],
      }))
    : await keysOf(db, records);
  const asked = [...new Set(found.flatMap(({ pointers }) => pointers))];
  // A list of one path would give a list too, but an empty one an error.
  const list = `[${(asked.length > 0 ? asked : ['/']).map(quoteLiteral).join(', ')}]`;
  const from = `(SELECT *, CASE WHEN starts_with(ltrim(line), '{') THEN TRY(json_extract_string(line, ${list})) END AS _lw_found FROM ${records})`;
  const columns = found.map(({ name, pointers }) => {
    const values = pointers.map((path) => `_lw_found[${asked.indexOf(path) + 1}]`);
    const value = values.length > 1 ? `coalesce(${values.join(', ')})` : (values[0] ?? 'NULL');
    return { name, sql: isTimeField(schema, name) ? isoTime(value, timezone) : value };
  });
  return { from, columns, fits: '_lw_found IS NOT NULL' };
}

function pointer(keys: readonly string[]): string {
  return keys.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** Returns the keys of all lines, in the order of their first occurrence, with those of objects behind dots. */
async function keysOf(db: Database, records: string): Promise<{ name: string; pointers: string[] }[]> {
  const valid = `(SELECT CASE WHEN starts_with(ltrim(line), '{') AND json_valid(line) THEN line END AS line FROM ${records})`;
  const lists = await db.rows(
    `SELECT to_json(keys)::VARCHAR AS keys FROM (SELECT TRY(json_keys(line)) AS keys, row_number() OVER () AS n FROM ${valid}) WHERE keys IS NOT NULL GROUP BY keys ORDER BY min(n)`,
  );
  const top = [...new Set(lists.flatMap(({ keys }) => JSON.parse(String(keys)) as string[]))];
  const found: { name: string; pointers: string[] }[] = [];
  const add = async (path: string[], depth: number): Promise<void> => {
    const at = quoteLiteral(pointer(path));
    const [row] =
      depth < 4 && found.length < mostColumns
        ? await db.rows(
            `SELECT count(*) FILTER (t = 'OBJECT') AS objects, count(*) FILTER (t <> 'NULL') AS filled FROM (SELECT TRY(json_type(line, ${at})) AS t FROM ${valid})`,
          )
        : [];
    // A key with objects and other values stays as JSON text.
    if (Number(row?.['objects'] ?? 0) > 0 && row?.['objects'] === row?.['filled']) {
      const inner = await db.rows(
        `SELECT DISTINCT to_json(TRY(json_keys(line, ${at})))::VARCHAR AS keys FROM ${valid} WHERE TRY(json_type(line, ${at})) = 'OBJECT'`,
      );
      const keys = [...new Set(inner.flatMap((one) => JSON.parse(String(one['keys'])) as string[]))].toSorted();
      if (keys.length > 0 && keys.length <= mostColumns / 10) {
        for (const key of keys) await add([...path, key], depth + 1);
        return;
      }
    }
    const name = path.join('.');
    if (!found.some((other) => other.name.toLowerCase() === name.toLowerCase()))
      found.push({ name, pointers: [pointer(path)] });
  };
  for (const key of top) if (key !== '') await add([key], 0);
  return found.slice(0, mostColumns);
}
