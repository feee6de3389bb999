import type { ColumnProfile } from '../../protocol/dataProfile.ts';
import type { StartTask, TableLook, TargetChoice } from '../../protocol/start.ts';
import type { Database } from '../data/database.ts';
import { quoteIdentifier } from '../data/quote.ts';
import { filled, isId, isUnique } from './columnUse.ts';
import type { OpenTable } from './openTable.ts';

/** Common names of a target column. */
export const targetName =
  /^(target|targets|label|labels|y|class|klasse|classe|outcome|response|result|ziel|zielvariable|objective|ground_?truth)$/i;
const likely =
  /(^|[_\s.-])(target|label|class|outcome|churn(ed)?|default(ed)?|fraud|survived|survival|species|diagnosis|spam|sentiment|price|preis|salary|income|revenue|sales|quality|rating|score|grade|risk|approved|converted|clicked|success|status|type|category|deposit|cancel(l?ed)?|late|delay(ed)?|left|attrition|readmitted|subscribed|kündigung|gekündigt|mpg|medv|charges|demand)([_\s.-]|$)|^(is|has|will)_|(churn|fraud|price|default|target|label|class|rating|status)$/i;
/** How likely a column is a target by its name alone: 2, 1 or 0. */
export function likelyByName(name: string): number {
  return targetName.test(name) ? 2 : likely.test(name) ? 1 : 0;
}

const countsOfClass =
  /class|label|target|species|category|type|digit|diagnosis|outcome|cluster|kind|group|segment|survived|stage|grade/i;
const yes =
  /^(yes|y|true|t|ja|oui|si|1|1\.0|positive|pos|\+|churned|fraud|spam|default|malignant|m|sick|died|bad|fail(ed)?|late|left|deceased|abnormal|>50k\.?|canceled|cancelled|attack|anomaly|sold|won|approved|success)$/i;
const mostClasses = 50;
const fewestRows = 10;

/** Returns the columns that can be predicted, the most likely first, and the reason why each other column cannot. */
export async function chooseTargets(
  db: Database,
  open: OpenTable,
  columns: readonly ColumnProfile[],
): Promise<Pick<TableLook, 'targets' | 'notTargets'>> {
  const scored: { choice: TargetChoice; score: number }[] = [];
  const notTargets: { name: string; reason: string }[] = [];
  for (const [i, column] of columns.entries()) {
    const why = whyNoTarget(column);
    const judged =
      why === null ? await judge(db, open, column, { last: i === columns.length - 1, first: i === 0 }) : null;
    const rare = judged && whyTooRare(judged.choice);
    if (judged && rare === null) scored.push(judged);
    else notTargets.push({ name: column.name, reason: why ?? rare ?? '' });
  }
  return { targets: scored.toSorted((a, b) => b.score - a.score).map(({ choice }) => choice), notTargets };
}

function whyNoTarget(column: ColumnProfile): string | null {
  const { type, distinct } = column;
  const n = filled(column);
  if (n === 0) return 'it is empty in every row';
  if (distinct < 2)
    return `every row has the same value${column.top?.[0] ? `, \`${column.top[0].value}\`` : column.numbers ? `, ${column.numbers.min}` : ''}: there is nothing to predict`;
  if (n < fewestRows)
    return `only ${n} ${n === 1 ? 'row has' : 'rows have'} a value; at least ${fewestRows} are needed`;
  if (
    [
      'date',
      'datetime',
      'time',
      'duration',
      'yearmonth',
      'object',
      'array',
      'list',
      'any',
      'geojson',
      'geopoint',
    ].includes(type)
  )
    return `it is of type ${type}`;
  if (isId(column)) return 'it identifies the row';
  if (type === 'string' && isUnique(column)) return 'it has a different text in every row';
  if (type === 'string' && (distinct > mostClasses || distinct * 3 > n))
    return `it has ${distinct.toLocaleString('en-US')} different texts, too many for classes`;
  return null;
}

/** Each of at least two classes must occur in the training and in the test part. */
function whyTooRare({ task, otherTask, classes }: TargetChoice): string | null {
  if (task === 'regression' || otherTask !== null || classes.filter(({ count }) => count >= 3).length >= 2) return null;
  const rarest = classes.at(-1);
  return `\`${rarest?.value ?? ''}\` occurs in only ${rarest?.count ?? 0} ${rarest?.count === 1 ? 'row' : 'rows'}; at least two classes need 3 rows or more each`;
}

async function judge(
  db: Database,
  open: OpenTable,
  column: ColumnProfile,
  place: { last: boolean; first: boolean },
): Promise<{ choice: TargetChoice; score: number }> {
  const { name, type, distinct } = column;
  const { task, otherTask } = tasksOf(column);
  const classes =
    distinct <= mostClasses && (task !== 'regression' || otherTask !== null)
      ? await classesOf(db, open.view, name)
      : [];
  const shown = task === 'regression' && otherTask === null ? [] : classes;
  const reasons: string[] = [];
  let score = 0;
  if (targetName.test(name)) {
    score += 60;
    reasons.push(`named \`${name}\``);
  } else if (likely.test(name)) {
    score += 30;
    reasons.push(`named \`${name}\``);
  }
  if (place.last) {
    score += 16;
    reasons.push('the last column');
  } else if (place.first) score += 4;
  if (task === 'regression') {
    reasons.push('a number');
    score += column.type === 'number' ? 3 : 0;
  } else {
    score += type === 'boolean' ? 11 : type === 'string' ? 9 : 5;
    reasons.push(task === 'binary' ? 'two values' : `${distinct} classes`);
  }
  score -= (column.missing / column.rows) * 20;
  const choice: TargetChoice = {
    name,
    task,
    otherTask,
    classes: shown,
    positive: task === 'binary' ? positiveOf(classes) : null,
    reason: reasons.join(', '),
    warning: warningOf(column, task, classes),
  };
  return { choice, score };
}

/** Returns the task for a column, and another possible task. */
function tasksOf({ name, type, distinct, numbers }: ColumnProfile): { task: StartTask; otherTask: StartTask | null } {
  if (distinct === 2) return { task: 'binary', otherTask: null };
  if (type === 'string') return { task: 'multiclass', otherTask: null };
  const whole =
    type === 'integer' ||
    (numbers !== null && distinct <= 10 && Number.isInteger(numbers.min) && Number.isInteger(numbers.max));
  if (!whole || distinct > 20) return { task: 'regression', otherTask: null };
  const close = numbers !== null && numbers.max - numbers.min + 1 <= distinct * 2;
  return close && distinct <= 10 && (countsOfClass.test(name) || targetName.test(name) || /^column\d+$/.test(name))
    ? { task: 'multiclass', otherTask: 'regression' }
    : { task: 'regression', otherTask: 'multiclass' };
}

async function classesOf(db: Database, view: string, name: string): Promise<{ value: string; count: number }[]> {
  const column = quoteIdentifier(name);
  const rows = await db.rows(
    `SELECT CAST(${column} AS VARCHAR) AS value, count(*) AS n FROM ${view} WHERE ${column} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ${mostClasses}`,
  );
  return rows.map(({ value, n }) => ({ value: String(value), count: Number(n) }));
}

function positiveOf(classes: readonly { value: string; count: number }[]): string | null {
  const said = classes.filter(({ value }) => yes.test(value));
  return (said.length === 1 ? said[0] : classes.at(-1))?.value ?? null;
}

function warningOf(
  column: ColumnProfile,
  task: StartTask,
  classes: readonly { value: string; count: number }[],
): string | null {
  const n = filled(column);
  const words: string[] = [];
  const rarest = classes.at(-1);
  if (n < 100) words.push(`only ${n} rows: the result has a wide interval`);
  if (task !== 'regression' && rarest && rarest.count < 5)
    words.push(`\`${rarest.value}\` occurs in only ${rarest.count} ${rarest.count === 1 ? 'row' : 'rows'}`);
  else if (task === 'binary' && rarest && rarest.count / n < 0.05)
    words.push(`\`${rarest.value}\` is rare, ${((rarest.count / n) * 100).toPrecision(2)} % of the rows`);
  if (column.missing > 0)
    words.push(
      `${column.missing.toLocaleString('en-US')} ${column.missing === 1 ? 'row has' : 'rows have'} no value and ${column.missing === 1 ? 'is' : 'are'} left out`,
    );
  return words.length > 0 ? words.join('; ') : null;
}
