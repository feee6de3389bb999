import type { ColumnFacts, DatasetFacts } from '../../engine/facts/facts.ts';
import type { Field } from '../../engine/project/schema/datasetSchema.ts';
import { codeBlock, codeSpan, textOnly } from './safeMarkdown.ts';

const bars = '▁▂▃▄▅▆▇█';

/**
 * A column as Markdown: type, role and bounds; missing values, distinct values, quantiles and a histogram from its
 * data.
 */
export function describeColumn(field: Field | null, column: ColumnFacts | null, facts: DatasetFacts | null): string {
  const name = field?.name ?? column?.name ?? '';
  const role = field?.loopwright?.role;
  const head = `**column** ${codeSpan(name)}: ${field?.type ?? column?.type ?? 'any'}${role ? `, ${role}` : ''}${field ? '' : ' — not declared in the schema'}`;
  return [
    head,
    ...(field ? declared(field) : []),
    ...(column ? inData(column, facts, field?.loopwright?.unit) : []),
  ].join('\n\n');
}

function declared(field: Field): string[] {
  const { constraints, loopwright: extras } = field;
  return [
    field.title === undefined ? null : textOnly(field.title),
    field.description === undefined ? null : textOnly(field.description),
    extras?.unit ? `Unit: ${textOnly(extras.unit)}` : null,
    field.categories
      ? `Categories: ${field.categories.map((category) => codeSpan(String(typeof category === 'object' ? category.value : category))).join(', ')}`
      : null,
    constraints
      ? `Constraints: ${Object.entries(constraints)
          .map(([key, value]) => `${key} ${codeSpan(typeof value === 'string' ? value : JSON.stringify(value))}`)
          .join(', ')}`
      : null,
  ].filter((fact) => fact !== null);
}

function inData(column: ColumnFacts, facts: DatasetFacts | null, unit: string | undefined): string[] {
  const { missing, numbers, top, type, distinct } = column;
  const different = `${column.exact ? '' : 'about '}${count(distinct)} distinct`;
  const rows = facts?.rows ?? 0;
  const counts = facts
    ? `${facts.partial ? 'first ' : ''}${count(rows)} rows · ${missing === 0 ? 'none missing' : `${share(missing, rows)} missing`} · ${different}`
    : different;
  const lines = [`**In the data**: ${counts}`];
  if (numbers) {
    const show = (value: number) =>
      type === 'datetime'
        ? new Date(value).toISOString().slice(0, 16).replace('T', ' ')
        : `${plain(value)}${unit ? ` ${textOnly(unit)}` : ''}`;
    lines.push(`min ${show(numbers.min)} · median ${show(numbers.median)} · max ${show(numbers.max)}`);
    if (numbers.histogram.counts.length > 1) lines.push(`\`\`\`text\n${histogram(numbers.histogram.counts)}\n\`\`\``);
  } else if (top && top.length > 0) {
    const most = top[0]?.count ?? 1;
    const shown = top.slice(0, 6);
    const width = Math.min(24, Math.max(...shown.map(({ value }) => value.length)));
    const bar = (n: number) => '█'.repeat(Math.max(1, Math.round((n / most) * 16)));
    lines.push(
      codeBlock([
        ...shown.map(
          ({ value, count: n }) =>
            `${clip(value, width).padEnd(width)} ${bar(n)} ${rows > 0 ? share(n, rows) : count(n)}`,
        ),
        ...(distinct > shown.length ? [`… and ${count(distinct - shown.length)} more`] : []),
      ]),
    );
  }
  return lines;
}

/** One character per bin; a bin with at least one row is visible. */
export function histogram(counts: readonly number[]): string {
  const most = Math.max(...counts, 1);
  return counts
    .map((n) => (n === 0 ? ' ' : (bars[Math.min(bars.length - 1, Math.floor((n / most) * bars.length))] ?? '█')))
    .join('');
}

/** A sparkline of values; equal values are drawn in the middle. */
export function sparkline(values: readonly number[]): string {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return values
    .map((value) => bars[high === low ? 3 : Math.round(((value - low) / (high - low)) * (bars.length - 1))] ?? '')
    .join('');
}

export function count(n: number): string {
  return n.toLocaleString('en');
}

function share(part: number, whole: number): string {
  const percent = (part / Math.max(1, whole)) * 100;
  return `${percent >= 10 ? percent.toFixed(0) : Number(percent.toPrecision(2))} %`;
}

/** A number with at most four significant digits. */
export function plain(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  return Math.abs(value) >= 1e7 || Math.abs(value) < 1e-4
    ? value.toExponential(2)
    : Number(value.toPrecision(Math.abs(value) >= 1000 ? 6 : 4)).toLocaleString('en', { maximumFractionDigits: 6 });
}

function clip(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text;
}
