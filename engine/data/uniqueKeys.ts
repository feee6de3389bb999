import type { DatasetSchema } from '../project/schema/datasetSchema.ts';
import type { Database } from './database.ts';

export interface KeyRule {
  /** The column, or the columns joined by ` + `. */
  field: string;
  rule: 'unique' | 'primaryKey' | 'uniqueKeys';
  says: string;
  /** Indices of the columns among the fields present. */
  positions: number[];
}

/** What has to be unique: single fields, the primary key and further keys, each combination once. Keys with an absent column are left out. */
export function keyRules(schema: DatasetSchema, present: readonly string[]): KeyRule[] {
  const keys: { rule: KeyRule['rule']; fields: string[] }[] = [
    ...(schema.primaryKey === undefined ? [] : [{ rule: 'primaryKey' as const, fields: [schema.primaryKey].flat() }]),
    ...schema.fields.filter((field) => field.constraints?.unique).map((field) => ({ rule: 'unique' as const, fields: [field.name] })),
    ...(schema.uniqueKeys ?? []).map((key) => ({ rule: 'uniqueKeys' as const, fields: [key].flat() })),
  ];
  const seen = new Set<string>();
  return keys.flatMap(({ rule, fields }) => {
    const name = fields.join(' + ');
    if (seen.has(name) || fields.some((field) => !present.includes(field))) return [];
    seen.add(name);
    return [{ field: name, rule, says: rule === 'primaryKey' ? 'primary key stands in another row' : 'value stands in another row', positions: fields.map((field) => present.indexOf(field)) }];
  });
}

/**
 * Sets `_lw_u<index>` on every row whose key stands in another row too, but for one: the first row that breaks no other rule,
 * so that a bad row never pushes a good one out. Rows with a missing part in their key are not compared, as in SQL.
 */
export async function markRepeats(db: Database, checked: string, key: KeyRule, index: number, failing: readonly string[]): Promise<void> {
  const parts = key.positions.map((f) => `_lw_v${f}`);
  const list = parts.join(', ');
  const filled = parts.map((part) => `${part} IS NOT NULL`).join(' AND ');
  const bad = failing.length === 0 ? 'false' : failing.map((column) => `coalesce(${column}, false)`).join(' OR ');
  await db.run(`UPDATE ${checked} SET _lw_u${index} = true WHERE _lw_r IN (
    SELECT _lw_r FROM (SELECT _lw_r, row_number() OVER (PARTITION BY ${list} ORDER BY (${bad}), _lw_r) AS n FROM ${checked}
      WHERE ${filled} AND (${list}) IN (SELECT (${list}) FROM ${checked} WHERE ${filled} GROUP BY ${list} HAVING count(*) > 1)) WHERE n > 1)`);
}
