import { yamlText } from '../project/edit.ts';
import type { ColumnFacts, DatasetFacts } from './facts.ts';

/** A text column with at most this many values, each of them frequent, is categorical. */
const mostCategories = 10;

/**
 * Returns a dataset schema for existing data, as YAML: names and types, `required` where every row has a value,
 * categories, and roles that follow from names and types.
 */
export function schemaFromFacts(facts: DatasetFacts): string {
  const id = facts.columns.find((column) => isKey(column, facts.rows));
  const time = facts.columns.find(({ type }) => type === 'datetime');
  const lines = facts.columns.map((column) => {
    const parts = [`name: ${yamlText(column.name)}`, `type: ${column.type}`];
    const full = facts.rows > 0 && column.missing === 0;
    if (full) parts.push(`constraints: { required: true${column === id ? ', unique: true' : ''} }`);
    const categories =
      column.type === 'string' &&
      column.top &&
      column.distinct <= mostCategories &&
      column.distinct * 2 <= facts.rows - column.missing
        ? column.top.map(({ value }) => yamlText(value)).toSorted()
        : null;
    if (categories) parts.push(`categories: [${categories.join(', ')}]`);
    if (column === id) parts.push('loopwright: { role: id }');
    else if (column === time) parts.push('loopwright: { role: timestamp }');
    return `  - { ${parts.join(', ')} }\n`;
  });
  return `# Inferred from ${facts.rows.toLocaleString('en')} rows. Bounds, units and further roles (feature, target, protected) are for you to set.\nfields:\n${lines.join('')}${id ? `primaryKey: ${yamlText(id.name)}\n` : ''}`;
}

function isKey({ name, type, distinct, exact, missing }: ColumnFacts, rows: number): boolean {
  return (
    rows > 1 &&
    missing === 0 &&
    exact &&
    distinct === rows &&
    (type === 'string' || type === 'integer') &&
    /(^|[_\s-])(id|key|uuid)$/i.test(name)
  );
}
