import type { ColumnProfile } from '../../protocol/dataProfile.ts';
import type { LeftOut, Proposal, StartChoice, StartTask, TargetChoice } from '../../protocol/start.ts';
import type { Database } from '../data/database.ts';
import { quoteIdentifier, quoteLiteral } from '../data/quote.ts';
import { ProjectError } from '../base/errors.ts';
import { yamlText } from '../project/edit.ts';
import { schemaText } from '../project/mergeSchema.ts';
import type { DatasetSchema, Field } from '../project/schema/datasetSchema.ts';
import {
  copiesIn,
  doublesIn,
  emptinessTells,
  filled,
  isId,
  tellTales,
  timeColumn,
  whyLeftOut,
  type Doubles,
} from './columnUse.ts';
import { ignoredFiles } from './ignoredFiles.ts';
import { datasetNameFor, exactPattern, freePath, projectNameFor } from './newNames.ts';
import { sourceKeys } from './schemaFile.ts';
import type { OpenLook } from './lookAtTable.ts';

type TableChoice = Extract<StartChoice['from'], { kind: 'table' }>;

/** What the files are made from. */
interface Plan {
  root: string;
  look: OpenLook;
  goal: TargetChoice;
  task: StartTask;
  /** Names and places in the project. */
  dataset: string;
  paths: { data: string; features: string; dataSchema: string; featuresSchema: string; sql: string };
  /** Paths that got a number, as their first choice is there already. */
  taken: string[];
  features: ColumnProfile[];
  leftOut: LeftOut[];
  /** The column that names a row, and whether the SQL has to make it. */
  key: { name: string; made: boolean };
  /** Rows that come again whole are taken once; null where none does, or a column names each row. */
  doubles: Doubles | null;
  /** Of two classes: rows of the positive one in the test part, about. */
  testPositives: number | null;
  /** Rows are split by it. */
  time: ColumnProfile | null;
  /** Classes that are too rare to learn. */
  dropped: string[];
  /** Rows that a model learns from and is tested on. */
  rows: number;
  /** Of so many rows one is taken, so that the first result is there soon. */
  every: number;
}

const fewestOfClass = 3;
const mostTrained = 300_000;
/** Below, a larger part is kept to test on. */
const fewRows = 400;
/** From here on a gate can ask for the worse end of the interval. */
const surelyMany = 1000;

/** The files of a project that learns a column of a table. Throws ProjectError when the column cannot be predicted. */
export async function proposeFromTable(
  db: Database,
  root: string,
  look: OpenLook,
  choice: TableChoice,
): Promise<Proposal> {
  const plan = await planFor(db, root, look, choice);
  const files: Proposal['files'] = [
    {
      path: 'loopwright.yaml',
      how: 'new',
      about: 'the stages from the data to a validated model',
      text: projectText(plan),
    },
    {
      path: plan.paths.dataSchema,
      how: 'new',
      about: `how each column of ${look.path} is read`,
      text: dataSchemaText(plan),
    },
    { path: plan.paths.sql, how: 'new', about: 'which columns and rows the model gets', text: sqlText(plan) },
    { path: plan.paths.featuresSchema, how: 'new', about: 'what each column is for', text: featuresSchemaText(plan) },
    ...ignoredFiles(root, ['.loopwright/', plan.paths.data, plan.paths.features]),
  ];
  return { files, leftOut: plan.leftOut, features: plan.features.length, notes: notesOf(plan) };
}

async function planFor(db: Database, root: string, look: OpenLook, choice: TableChoice): Promise<Plan> {
  const goal = look.targets.find(({ name }) => name === choice.target);
  if (!goal) {
    const why = look.notTargets.find(({ name }) => name === choice.target);
    if (why) throw new ProjectError(`\`${choice.target}\` cannot be predicted: ${why.reason}.${offered(look)}`);
    throw new ProjectError(
      `The data has no column \`${choice.target}\`; it has ${look.columns.map(({ name }) => name).join(', ')}.`,
    );
  }
  const task =
    choice.task !== undefined && (choice.task === goal.task || choice.task === goal.otherTask)
      ? choice.task
      : goal.task;
  if (choice.task !== undefined && choice.task !== task)
    throw new ProjectError(`\`${goal.name}\` cannot be predicted as ${choice.task}: it has ${goal.reason}.`);
  const dropped =
    task === 'multiclass' ? goal.classes.filter(({ count }) => count < fewestOfClass).map(({ value }) => value) : [];
  const { features, leftOut } = await featuresOf(db, look, goal.name, task, choice.use ?? []);
  if (features.length === 0)
    throw new ProjectError(
      `No column is left to learn \`${goal.name}\` from: ${leftOut.map(({ name, reason }) => `\`${name}\` (${reason})`).join(', ') || 'the data has no other'}.`,
    );
  const dataset = datasetNameFor(look.path);
  const time = await usableTime(db, look, goal.name, task);
  const target = look.columns.find(({ name }) => name === goal.name);
  const share = target && target.rows > 0 ? filled(target) / target.rows : 1;
  const rows = Math.round(look.rows * share);
  const every = rows > mostTrained * 1.5 ? Math.ceil(rows / mostTrained) : 1;
  const doubles = look.columns.some(isId) ? null : await doublesIn(db, look.open.view, look.columns, goal.name);
  const taken: string[] = [];
  const free = (stem: string, ending: string) => {
    const path = freePath(root, stem, ending);
    if (path !== `${stem}${ending}`) taken.push(path);
    return path;
  };
  const paths = {
    data: free(`data/${dataset}`, '.parquet'),
    features: free('data/features', '.parquet'),
    dataSchema: free(`schemas/${dataset}`, '.dataset.yaml'),
    featuresSchema: free('schemas/features', '.dataset.yaml'),
    sql: free('sql/features', '.sql'),
  };
  return {
    root,
    look,
    goal,
    task,
    dataset,
    features,
    leftOut: leftOut.filter(({ name }) => name !== time?.name),
    time,
    dropped,
    rows,
    key: keyOf(look),
    doubles,
    testPositives: task === 'binary' ? await positivesInTest(db, look, goal, time, rows < fewRows ? 0.2 : 0.15) : null,
    every,
    paths,
    taken,
  };
}

function offered({ targets }: OpenLook): string {
  return targets.length === 0
    ? ' No column of this file can be.'
    : ` Columns that can be: ${targets
        .slice(0, 8)
        .map(({ name }) => `\`${name}\``)
        .join(', ')}.`;
}

async function featuresOf(
  db: Database,
  look: OpenLook,
  target: string,
  task: StartTask,
  use: readonly string[],
): Promise<{ features: ColumnProfile[]; leftOut: LeftOut[] }> {
  const others = look.columns.filter(({ name }) => name !== target);
  const why = new Map(others.map((column) => [column.name, whyLeftOut(column)]));
  const usable = others.filter(({ name }) => !why.get(name)).map(({ name }) => name);
  for (const [name, other] of await copiesIn(db, look.open.view, usable))
    why.set(name, { reason: `equals \`${other}\` in every row`, usable: true });
  const tales = await tellTales(
    db,
    look.open.view,
    others.filter(({ name }) => !why.get(name)),
    target,
    task,
  );
  // Where nothing else is left, a column that tells everything is what there is to learn from.
  if (tales.length < usable.length)
    for (const name of tales)
      why.set(name, { reason: `tells \`${target}\` by itself; is it known when you predict?`, usable: true });
  const empty = await emptinessTells(
    db,
    look.open.view,
    others.filter(({ name }) => usable.includes(name)),
    target,
    task,
  );
  const left = others.filter(({ name }) => !why.get(name) && !empty.includes(name));
  if (left.length > 0)
    for (const name of empty)
      why.set(name, {
        reason: `nearly tells \`${target}\` by being empty or not; is it known only afterwards?`,
        usable: true,
      });
  const isUsed = (name: string) => !why.get(name) || (why.get(name)?.usable === true && use.includes(name));
  return {
    features: others.filter(({ name }) => isUsed(name)),
    leftOut: others.flatMap(({ name }) => {
      const reason = why.get(name);
      return reason && !isUsed(name) ? [{ name, ...reason }] : [];
    }),
  };
}

function keyOf({ columns, estimated, open }: OpenLook): Plan['key'] {
  // Of a part of the rows nobody knows whether it is unique.
  const own = estimated || open.rows < open.allRows ? undefined : columns.find(isId);
  if (own) return { name: own.name, made: false };
  const taken = new Set(columns.map(({ name }) => name.toLowerCase()));
  return { name: ['row_id', 'loopwright_row_id'].find((name) => !taken.has(name)) ?? 'loopwright_row', made: true };
}

/** A time to split by: only where each part would then hold each class. */
async function usableTime(
  db: Database,
  look: OpenLook,
  target: string,
  task: StartTask,
): Promise<ColumnProfile | null> {
  const time = timeColumn(look.columns);
  // `${` would be read as a reference in loopwright.yaml.
  if (!time || time.name === target || time.name.includes('${')) return null;
  if (task === 'regression') return time;
  const [at, goal] = [quoteIdentifier(time.name), quoteIdentifier(target)];
  const [row = {}] = await db.rows(
    `SELECT min(parts) AS parts, count(*) AS classes FROM (SELECT class, count(DISTINCT part) AS parts FROM (SELECT ${goal} AS class, CASE WHEN s < 0.7 THEN 1 WHEN s < 0.85 THEN 2 ELSE 3 END AS part FROM (SELECT ${goal}, (rank() OVER (ORDER BY ${at}) - 1) / count(*) OVER () AS s FROM ${look.open.view} WHERE ${goal} IS NOT NULL)) GROUP BY 1)`,
  );
  return Number(row['parts']) === 3 ? time : null;
}

async function positivesInTest(
  db: Database,
  look: OpenLook,
  goal: TargetChoice,
  time: ColumnProfile | null,
  share: number,
): Promise<number> {
  const scale = look.rows / Math.max(1, look.open.rows);
  const all = goal.classes.find(({ value }) => value === goal.positive)?.count ?? 0;
  if (!time) return all * share * scale;
  const [at, target] = [quoteIdentifier(time.name), quoteIdentifier(goal.name)];
  const [row = {}] = await db.rows(
    `SELECT count(*) FILTER (class = ${quoteLiteral(goal.positive ?? '')}) AS n FROM (SELECT CAST(${target} AS VARCHAR) AS class, (rank() OVER (ORDER BY ${at}) - 1) / count(*) OVER () AS s FROM ${look.open.view} WHERE ${target} IS NOT NULL) WHERE s >= ${1 - share}`,
  );
  return Number(row['n']) * scale;
}

/** Sizes of the training that end well within a minute. */
function trainingOf({ rows, every }: Plan): {
  model: 'simple' | 'mlp';
  epochs: number;
  batch: number;
  patience: number;
  rate: number;
  hidden: string;
} {
  const n = rows / every;
  const model = n < 150 ? 'simple' : 'mlp';
  if (n < 2000) return { model, epochs: n < 150 ? 200 : 100, batch: 16, patience: 15, rate: 0.01, hidden: '[16]' };
  if (n < 20_000) return { model, epochs: 40, batch: 32, patience: 6, rate: 0.005, hidden: '[32, 16]' };
  return { model, epochs: 15, batch: n < 100_000 ? 256 : 1024, patience: 3, rate: 0.005, hidden: '[32, 16]' };
}

/** The first gate: a little better than guessing. */
function gateOf({ task, goal, dropped }: Plan): { metric: string; min: number; guess: string } {
  const better = (chance: number) => Number(Math.min(0.95, chance + (1 - chance) * 0.1).toFixed(2));
  if (task === 'regression')
    return { metric: 'r2', min: 0.1, guess: 'Always predicting the mean gives 0, and 1 is perfect.' };
  const kept = goal.classes.filter(({ value }) => !dropped.includes(value));
  if (task === 'multiclass')
    return {
      metric: 'balanced_accuracy',
      min: better(1 / kept.length),
      guess: `Guessing one of ${kept.length} classes gives ${(1 / kept.length).toFixed(2)}, and 1 is perfect.`,
    };
  const all = kept.reduce((sum, { count }) => sum + count, 0);
  const base = (kept.find(({ value }) => value === goal.positive)?.count ?? 0) / Math.max(1, all);
  return {
    metric: 'pr_auc',
    min: better(base),
    guess: `Guessing gives ${base.toFixed(2)}, the share of \`${oneLine(goal.positive ?? '')}\`, and 1 is perfect.`,
  };
}

/** Enough rows that the worse end of the interval can be asked to be above the bound. */
function isSure(plan: Plan, min: number): boolean {
  return plan.rows >= surelyMany && !isRough(plan, min);
}

/** The interval of the gate's metric is wide, as the check LW508 tells it. */
function isRough({ testPositives }: Plan, min: number): boolean {
  return testPositives !== null && 1.96 * Math.sqrt((min * (1 - min)) / Math.max(1, testPositives)) > 0.1;
}

const oneLine = (text: string) => text.replaceAll(/\s+/g, ' ').slice(0, 60);

function projectText(plan: Plan): string {
  const { root, look, goal, task, dataset, paths, time } = plan;
  const { model, epochs, batch, patience, rate, hidden } = trainingOf(plan);
  const gate = gateOf(plan);
  const shares =
    plan.rows < fewRows ? 'train: 0.6, validation: 0.2, test: 0.2' : 'train: 0.7, validation: 0.15, test: 0.15';
  const split = time
    ? `by: time, column: ${yamlText(time.name)}`
    : task === 'regression'
      ? 'by: random'
      : 'by: stratified, exact: true';
  const why = time
    ? 'The newest rows test the model, as in service it only meets later ones.'
    : task === 'regression'
      ? "A hash of the row's key decides, so that a row never changes side."
      : 'Each class has the same share in every part.';
  const network = model === 'mlp';
  return `# From ${oneLine(look.path)} to a validated model that predicts ${oneLine(goal.name)}. Each stage runs when something that it reads has changed.
version: 1
project: ${projectNameFor(root)}
seed: 1

# Every knob in one place. \`loopwright run --param epochs=50\` tries another value; experiments/*.experiment.yaml keep variations.
params:
${network ? `  hidden: ${hidden}          # units of each layer of the network\n` : ''}  epochs: ${epochs}            # most passes over the training rows
  batch_size: ${batch}
  learning_rate: ${rate}

datasets:
  ${dataset}: { path: ${yamlText(paths.data)}, schema: ${yamlText(paths.dataSchema)} }
  features: { path: ${yamlText(paths.features)}, schema: ${yamlText(paths.featuresSchema)} }

stages:
  collect:
    # Reads the file as the schema says. A row that does not fit is set aside with its reason, and the others go on.
    uses: collect
    with:
      dataset: ${dataset}
      from: ${sourceText(look)}
  prepare:
    # Runs the SQL and divides the rows. ${why}
    uses: prepare
    with:
      sql: ${yamlText(paths.sql)}
      output: features
      split: { ${split}, ${shares} }
  train:
    # ${network ? 'A small neural network.' : `A ${task === 'regression' ? 'linear' : 'logistic'} model: ${plan.rows} rows are few for a network.`} Training stops early when the validation part gets no better.
    uses: train
    with:
      data: features
      model: ${network ? 'mlp' : task === 'regression' ? 'linear' : 'logistic'}
${network ? '      hidden: ${params.hidden}\n' : ''}      epochs: \${params.epochs}
      batch_size: \${params.batch_size}
      learning_rate: \${params.learning_rate}
      patience: ${patience}${network ? '' : '\n      l2: 0.01'}
  validate:
    # Tests the model on rows that it has not seen. A version that does not pass its gates is never promoted.
    uses: validate
    with: { model: train, data: features }
    gates:
      # ${gate.guess} Raise it to what your use needs.
${isRough(plan, gate.min) ? `      # The test part has about ${Math.round(plan.testPositives ?? 0)} rows of \`${oneLine(goal.positive ?? '')}\`, so the value is known only roughly.\n` : ''}${isSure(plan, gate.min) ? '      # The lower end of the interval has to be above it.\n' : '      # The rows are few, so the value itself is compared; with more of them add `at_confidence: 0.95`.\n'}      ${gate.metric}: { min: ${gate.min}${isSure(plan, gate.min) ? ', at_confidence: 0.95' : ''} }${isRough(plan, gate.min) ? '  # loopwright-ignore LW508' : ''}

# What may come next: \`deployments\` to serve the model, \`monitors\` to watch it, \`retraining\` to renew it.
# What the model is for, in your words, belongs on its card:
# card:
#   intended_use: What it may be used for, and what not.
`;
}

function sourceText({ path, open }: OpenLook): string {
  const keys = sourceKeys(open);
  return `{ files: ${yamlText(exactPattern(path))}${keys === null ? '' : `, ${keys}`} }`;
}

function dataSchemaText({ look, key }: Plan): string {
  const fields = look.open.schema.fields.map((field): Field =>
    field.name === key.name ? { ...field, constraints: { required: true }, loopwright: { role: 'id' } } : field,
  );
  const schema: DatasetSchema = { fields, ...(key.made ? {} : { primaryKey: key.name }) };
  return schemaText(
    schema,
    `How each column of ${oneLine(look.path)} is read: its type, the texts that mean no value, how numbers and dates are written.\nAdd what must hold, such as constraints: { minimum: 0 }; rows that break it are set aside.`,
  );
}

function featuresSchemaText({ look, goal, task, features, key, time, doubles }: Plan): string {
  const typeOf = (name: string) => look.open.schema.fields.find((field) => field.name === name)?.type ?? 'any';
  const fields: Field[] = [
    {
      name: key.name,
      type: doubles ? 'string' : key.made ? 'integer' : typeOf(key.name),
      constraints: { required: true },
      loopwright: { role: 'id' },
    },
    ...(time
      ? [
          {
            name: time.name,
            type: typeOf(time.name),
            constraints: { required: true },
            loopwright: { role: 'timestamp' },
          } as Field,
        ]
      : []),
    ...features.map(({ name }): Field => ({ name, type: typeOf(name), loopwright: { role: 'feature' } })),
    targetField(goal, task, typeOf(goal.name)),
  ];
  return schemaText(
    { fields, primaryKey: key.name },
    'What each column is for: feature, target, id or timestamp. A column with the role ignore is carried along and not learnt from.',
  );
}

function targetField(
  { name, classes, positive }: TargetChoice,
  task: StartTask,
  type: NonNullable<Field['type']>,
): Field {
  const value = (text: string) => (type === 'integer' || type === 'number' ? Number(text) : text);
  const constraints = { required: true };
  if (task === 'regression') return { name, type, constraints, loopwright: { role: 'target' } };
  if (task === 'binary') {
    const others = classes.map((one) => one.value).filter((one) => one !== positive);
    const categories = type === 'string' ? { categories: [...others, positive ?? ''] } : {};
    return {
      name,
      type,
      constraints,
      ...categories,
      loopwright: { role: 'target', positive: type === 'boolean' ? positive === 'true' : value(positive ?? '') },
    };
  }
  const kept = classes.filter(({ count }) => count >= fewestOfClass).map((one) => one.value);
  const sorted = type === 'string' ? kept.toSorted() : kept.toSorted((a, b) => Number(a) - Number(b));
  return { name, type, constraints, categories: sorted.map(value), loopwright: { role: 'target' } };
}

function sqlText({ dataset, goal, features, leftOut, key, time, dropped, every, look, doubles }: Plan): string {
  const names = [
    ...(key.made ? [] : [key.name]),
    ...(time ? [time.name] : []),
    ...features.map(({ name }) => name),
    goal.name,
  ];
  const columns = [...new Set(names)].map(quoteIdentifier);
  const made = doubles
    ? `md5(CAST((${look.columns.map(({ name }) => quoteIdentifier(name)).join(', ')}) AS VARCHAR)) AS ${key.name}`
    : `row_number() OVER () AS ${key.name}`;
  const selected = [...(key.made ? [made] : []), ...columns];
  const target = quoteIdentifier(goal.name);
  const numbers = look.open.schema.fields.find(({ name }) => name === goal.name)?.type !== 'string';
  const where = [
    `${target} IS NOT NULL`,
    ...(dropped.length > 0
      ? [
          `${target} NOT IN (${dropped.map((value) => (numbers ? String(Number(value)) : quoteLiteral(value))).join(', ')})  -- classes of fewer than ${fewestOfClass} rows`,
        ]
      : []),
    ...(every > 1
      ? [
          `hash(${names.slice(0, 3).map(quoteIdentifier).join(', ')}) % ${every} = 0  -- one row of ${every}, so that the first result is there soon; remove this line to use all`,
        ]
      : []),
  ];
  const out = leftOut
    .filter(({ name }) => name !== key.name)
    .map(({ name, reason }) => `--   ${oneLine(quoteIdentifier(name))}: ${oneLine(reason)}\n`);
  return `-- One SELECT in DuckDB SQL; each dataset of loopwright.yaml is a table of its name.
-- Derive columns here, such as date_part('month', "ordered_at") AS month, and give them a role in the schema of the features.
${doubles ? `-- DISTINCT takes rows that come again whole once, or the model would be tested on rows that it has learnt: ${ofRows(look, doubles)}.\n` : ''}${out.length > 0 ? `-- Left out:\n${out.join('')}` : ''}SELECT
  ${selected.join(',\n  ')}
FROM ${doubles ? `(SELECT DISTINCT * FROM ${quoteIdentifier(dataset)})` : quoteIdentifier(dataset)}
WHERE ${where.join('\n  AND ')}
`;
}

function ofRows({ estimated, open }: OpenLook, { rows, taken }: Doubles): string {
  const part = estimated || open.rows < open.allRows ? ' at its beginning' : '';
  return `${taken.toLocaleString('en-US')} of ${rows.toLocaleString('en-US')} rows${part}`;
}

function notesOf({ look, goal, dropped, every, rows, time, features, taken, doubles }: Plan): string[] {
  const protectedName =
    /^(sex|gender|race|ethnicity|religion|age_?group|disability|marital(_status)?|nationality|geschlecht)$/i;
  const sensitive = features.filter(({ name }) => protectedName.test(name)).map(({ name }) => `\`${name}\``);
  return [
    ...(goal.warning === null ? [] : [`\`${goal.name}\`: ${goal.warning}.`]),
    ...(dropped.length > 0
      ? [
          `${dropped.length === 1 ? 'A class' : `${dropped.length} classes`} of fewer than ${fewestOfClass} rows ${dropped.length === 1 ? 'is' : 'are'} left out: ${dropped.slice(0, 5).join(', ')}.`,
        ]
      : []),
    ...(every > 1
      ? [
          `The model learns from one row of ${every}, about ${Math.round(rows / every).toLocaleString('en-US')}, so that the first result is there soon.`,
        ]
      : []),
    ...(doubles ? [`Rows that come again whole are taken once: ${ofRows(look, doubles)}.`] : []),
    ...(time ? [`Rows are split by \`${time.name}\`: the newest test the model.`] : []),
    ...(sensitive.length > 0
      ? [
          `${sensitive.join(', ')} ${sensitive.length === 1 ? 'is' : 'are'} used as ${sensitive.length === 1 ? 'a feature' : 'features'}. Where that is not allowed, give ${sensitive.length === 1 ? 'it' : 'them'} the role \`protected\`.`,
        ]
      : []),
    ...(taken.length > 0 ? [`Names that are taken were given a number: ${taken.join(', ')}.`] : []),
    ...look.notes,
  ];
}
