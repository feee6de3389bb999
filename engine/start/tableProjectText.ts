import { yamlText } from '../project/edit.ts';
import { queryOf, titleOf } from './databaseText.ts';
import type { OpenLook } from './lookAtTable.ts';
import { exactPattern, projectNameFor } from './newNames.ts';
import { sourceKeys } from './schemaFile.ts';
import { fewestRows } from '../evaluation/fewestRows.ts';
import { testShare, type TablePlan } from './tablePlan.ts';

/** From this number of rows, a gate checks the lower end of the interval. */
const surelyMany = 1000;

/** Returns training sizes with which training ends well within a minute. */
function trainingOf({ rows, every }: TablePlan): {
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

/** Returns the first gate: slightly better than guessing. */
function gateOf({ task, goal, dropped }: TablePlan): { metric: string; min: number; guess: string } {
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

/** True when there are enough rows to compare the lower end of the interval with the bound. */
function isSure(plan: TablePlan, min: number): boolean {
  return plan.rows >= surelyMany && !isRough(plan, min);
}

/** True when the interval of the gate's metric is wide, as in check LW508. */
function isRough({ testPositives }: TablePlan, min: number): boolean {
  return testPositives !== null && 1.96 * Math.sqrt((min * (1 - min)) / Math.max(1, testPositives)) > 0.1;
}

export const oneLine = (text: string) => text.replaceAll(/\s+/g, ' ').slice(0, 60);

export function projectText(plan: TablePlan): string {
  const { root, look, goal, task, dataset, paths, time } = plan;
  const { model, epochs, batch, patience, rate, hidden } = trainingOf(plan);
  const gate = gateOf(plan);
  const shares =
    testShare(plan) === 0.2 ? 'train: 0.6, validation: 0.2, test: 0.2' : 'train: 0.7, validation: 0.15, test: 0.15';
  const split = time
    ? `by: time, column: ${yamlText(time.name)}`
    : task === 'regression'
      ? 'by: random'
      : 'by: stratified, exact: true';
  const why = time
    ? 'The newest rows are the test part, since the deployed model only sees later ones.'
    : task === 'regression'
      ? "A hash of the row's key decides, so a row always stays in its part."
      : 'Each class has the same share in every part.';
  const network = model === 'mlp';
  return `# From ${oneLine(titleOf(look))} to a validated model that predicts ${oneLine(goal.name)}. A stage runs when one of its inputs has changed.
version: 1
project: ${projectNameFor(root)}
seed: 1

# All parameters. \`loopwright run --param epochs=50\` runs with another value; experiments/*.experiment.yaml define variations.
params:
${network ? `  hidden: ${hidden}          # units of each layer of the network\n` : ''}  epochs: ${epochs}            # maximum number of passes over the training rows
  batch_size: ${batch}
  learning_rate: ${rate}

datasets:
  ${dataset}: { path: ${yamlText(paths.data)}, schema: ${yamlText(paths.dataSchema)} }
  features: { path: ${yamlText(paths.features)}, schema: ${yamlText(paths.featuresSchema)} }

stages:
  collect:
    # Reads the ${look.database ? 'table' : 'file'} with its schema. Invalid rows are set aside with a reason; the others are used.
    uses: collect
    with:
      dataset: ${dataset}
      from: ${sourceText(look)}
  prepare:
    # Runs the SQL and splits the rows. ${why}
    uses: prepare
    with:
      sql: ${yamlText(paths.sql)}
      output: features
      split: { ${split}, ${shares} }
  train:
    # ${network ? 'A small neural network.' : `A ${task === 'regression' ? 'linear' : 'logistic'} model: ${plan.rows} rows are few for a network.`} Training stops early when the loss on the validation part stops improving.
    uses: train
    with:
      data: features
      model: ${network ? 'mlp' : task === 'regression' ? 'linear' : 'logistic'}
${network ? '      hidden: ${params.hidden}\n' : ''}      epochs: \${params.epochs}
      batch_size: \${params.batch_size}
      learning_rate: \${params.learning_rate}
      patience: ${patience}${network ? '' : '\n      l2: 0.01'}
  validate:
    # Evaluates the model on unseen rows. A version that fails its gates is never promoted.
    uses: validate
    with: { model: train, data: features }
${gatesText(plan, gate)}

# Next steps: \`deployments\` to serve the model, \`monitors\` to monitor it, \`retraining\` to retrain it.
# Describe the purpose of the model on its card:
# card:
#   intended_use: What the model may be used for, and what not.
`;
}

/** The first gate; as a comment where the test part has too few rows to pass any. */
function gatesText(plan: TablePlan, { metric, min, guess }: ReturnType<typeof gateOf>): string {
  const { testPositives, rows } = plan;
  const positive = oneLine(plan.goal.positive ?? '');
  const tested = Math.round(rows * testShare(plan));
  const behind = testPositives === null ? tested : Math.min(testPositives, tested - testPositives);
  if (behind < fewestRows) {
    const of = testPositives === null ? 'rows' : 'rows of the rarer class';
    return `    # No gate yet: the test part has about ${Math.max(0, Math.round(behind))} ${of}, and a gate needs ${fewestRows} behind its metric.
    # ${guess} With more rows:
    # gates:
    #   ${metric}: { min: ${min} }`;
  }
  const [rough, sure] = [isRough(plan, min), isSure(plan, min)];
  return [
    '    gates:',
    `      # ${guess} Raise it to what your use case needs.`,
    ...(rough
      ? [
          `      # The test part has about ${Math.round(testPositives ?? 0)} rows of \`${positive}\`, so the interval of this metric is wide.`,
        ]
      : []),
    sure
      ? '      # The lower end of the interval must be above this value.'
      : '      # There are few rows, so the value itself is compared. With more rows, add `at_confidence: 0.95`.',
    `      ${metric}: { min: ${min}${sure ? ', at_confidence: 0.95' : ''} }${rough ? '  # loopwright-ignore LW508' : ''}`,
  ].join('\n');
}

function sourceText({ path, open, database }: OpenLook): string {
  if (database) return `{ ${database.kind}: ${yamlText(path)}, query: ${yamlText(queryOf(database.table))} }`;
  const keys = sourceKeys(open);
  return `{ files: ${yamlText(exactPattern(path))}${keys === null ? '' : `, ${keys}`} }`;
}
