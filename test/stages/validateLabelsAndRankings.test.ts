import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProjectError } from '../../engine/base/errors.ts';
import { buildCard } from '../../engine/cards/buildCard.ts';
import { markdownCard } from '../../engine/cards/markdownCard.ts';
import { configFor, loadProject } from '../../engine/project/loadProject.ts';
import { getVersion } from '../../engine/registry/modelVersions.ts';
import { seededRandom } from '../../engine/statistics/random.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { sampled } from '../helpers/rounds.ts';
import { runIn } from '../helpers/runIn.ts';

/**
 * Tables of labels and rankings. Variations: a column of 0 and 1 for each label, booleans, lists as JSON, as Python
 * writes them, and as texts with `|`, `;`, `,` or a blank between labels; scores in columns and in one list; queries in
 * any order, with ties and without a relevant row. Faults: labels that differ, missing columns, values that are no label,
 * no list, no score, no query, a negative relevance, scores that are no probabilities, slices within a query.
 */
interface Asked {
  fields: string;
  csv: string;
  with?: string;
  gates?: string;
}

async function validate({ fields, csv, with: more = '', gates = '' }: Asked) {
  const runner = runIn(
    makeProject({
      'scored.csv': csv,
      'scored.dataset.yaml': `fields:\n${fields}`,
      'loopwright.yaml': `version: 1
project: elsewhere
datasets:
  scored: { path: scored.csv, schema: scored.dataset.yaml }
stages:
  validate:
    uses: validate
    with: { predictions: scored${more} }
${gates}`,
    }),
  );
  const { error } = await runner.run();
  const card = (): string => {
    const built = buildCard(runner.store, configFor(loadProject(runner.root), 'default'), {
      name: null,
      version: null,
    });
    assert.ok(built.isValidated);
    return markdownCard(built);
  };
  return { error, report: () => getVersion(runner.store, 'elsewhere', 1).report, card };
}

async function reportOf(asked: Asked) {
  const { error, report } = await validate(asked);
  assert.equal(error, null, error?.message);
  return report();
}

async function expectError(asked: Asked, message: RegExp) {
  // The check of the project tells some faults before a stage runs.
  const error = await validate(asked).then(
    (outcome) => outcome.error,
    (refusal: unknown) => refusal,
  );
  const told =
    error instanceof ProjectError
      ? error.problems.map((problem) => problem.message).join('\n')
      : ((error as { message?: string } | null)?.message ?? 'no error');
  assert.match(told, message);
}

const role = (name: string, type: string, of: string, more = '') =>
  `  - { name: ${name}, type: ${type}, ${more}loopwright: { role: ${of} } }\n`;

const random = seededRandom(31);
const labels = ['art', 'biology', 'chess'];
const rows = Array.from({ length: 60 }, () => {
  const truth = labels.map(() => Number(random.next() < 0.4));
  const scores = truth.map((own) => Number((0.35 * own + 0.6 * random.next()).toFixed(3)));
  return { truth, scores, decided: scores.map((score) => Number(score >= 0.5)), lang: ['de', 'fr'][random.integer(2)] };
});
const named = (flags: readonly number[]) => labels.filter((_, l) => flags[l] === 1);
const table = (header: string, line: (row: (typeof rows)[number]) => (string | number | undefined)[]) =>
  `${[
    header,
    ...rows.map((row) =>
      line(row)
        .map((cell) => `"${String(cell).replaceAll('"', '""')}"`)
        .join(','),
    ),
  ].join('\n')}\n`;
const wideFields =
  labels.map((name) => role(name, 'integer', 'target')).join('') +
  labels.map((name) => role(`${name}_pred`, 'integer', 'prediction')).join('');
const wide = table([...labels, ...labels.map((name) => `${name}_pred`), 'lang'].join(','), (row) => [
  ...row.truth,
  ...row.decided,
  row.lang,
]);

test('every way to write labels gives the same metrics', async () => {
  const expected = await reportOf({ fields: wideFields, csv: wide });
  assert.equal(expected.task, 'multilabel');
  assert.deepEqual(expected.classes, labels);
  const exact = rows.filter(({ truth, decided }) => truth.join() === decided.join()).length / rows.length;
  assert.equal(expected.performance['subset_accuracy']?.value, exact);
  assert.equal(expected.performance['macro_roc_auc'], undefined);
  const names = ['micro_f1', 'macro_f1', 'samples_jaccard', 'hamming_loss', 'subset_accuracy'];
  const forms: [form: string, type: string, write: (flags: readonly number[]) => string, more?: string][] = [
    ['JSON', 'array', (flags) => JSON.stringify(named(flags))],
    [
      'Python',
      'string',
      (flags) =>
        `[${named(flags)
          .map((name) => `'${name}'`)
          .join(', ')}]`,
    ],
    ['pipes', 'list', (flags) => named(flags).join('|')],
    ['semicolons', 'string', (flags) => named(flags).join('; ')],
    ['commas', 'list', (flags) => named(flags).join(',')],
    ['blanks', 'list', (flags) => named(flags).join(' ')],
    ['a delimiter', 'list', (flags) => named(flags).join('#'), "delimiter: '#', "],
  ];
  for (const [form, type, write, more] of sampled(forms)) {
    const report = await reportOf({
      fields: role('truth', type, 'target', more) + role('decided', type, 'prediction', more),
      csv: table('truth,decided', ({ truth, decided }) => [write(truth), write(decided)]),
      with: ', task: multilabel',
    });
    for (const name of names)
      assert.deepEqual(report.performance[name], expected.performance[name], `${form}: ${name}`);
  }
});

test('scores of labels decide at the threshold, in columns as in a list', async () => {
  const inColumns = await reportOf({
    fields:
      labels.map((name) => role(`true_${name}`, 'boolean', 'target')).join('') +
      labels.map((name) => role(`p ${name}`, 'number', 'score')).join(''),
    csv: table([...labels.map((name) => `true_${name}`), ...labels.map((name) => `p ${name}`)].join(','), (row) => [
      ...row.truth.map((flag) => (flag === 1 ? 'true' : 'false')),
      ...row.scores,
    ]),
  });
  assert.equal(inColumns.threshold, 0.5);
  assert.deepEqual(
    inColumns.plots?.labels?.map(({ label, n }) => [label, n]),
    labels.map((label, l) => [`true_${label}`, rows.filter(({ truth }) => truth[l] === 1).length]),
  );
  assert.ok(inColumns.plots?.labels?.every(({ f1, rocAuc }) => f1?.low !== null && rocAuc?.low !== null));
  assert.ok((inColumns.performance['macro_roc_auc']?.value ?? 0) > 0.5);
  assert.ok(inColumns.performance['log_loss']);
  const inList = await reportOf({
    fields: role('truth', 'list', 'target', `categories: [${labels.join(', ')}], `) + role('scores', 'array', 'score'),
    csv: table('truth,scores', ({ truth, scores }) => [named(truth).join('|'), JSON.stringify(scores)]),
  });
  for (const name of ['macro_roc_auc', 'micro_f1', 'log_loss', 'coverage_error'])
    assert.deepEqual(inList.performance[name], inColumns.performance[name], name);
});

test('the card has a table of the labels, NDCG over k, and what is not computed', async () => {
  const ofLabels = await validate({ fields: wideFields, csv: wide });
  assert.match(ofLabels.card(), /## Labels[\s\S]*\| chess \| \d+[\s\S]*are not computed for several labels a row/);
  const ofRanking = await validate({ fields: rankedFields, csv: ranked });
  assert.match(ofRanking.card(), /## NDCG over k[\s\S]*\| 5 \|[\s\S]*are not computed for a ranking/);
});

test('faults of labels are told', async () => {
  const lists = role('truth', 'list', 'target') + role('decided', 'list', 'prediction');
  const arrays = role('truth', 'array', 'target') + role('decided', 'array', 'prediction');
  await expectError(
    { fields: lists, csv: 'truth,decided\nart|chess,art\nchess,chess|Chess\nart,art\n' },
    /labels of `scored` differ: `Chess` only in `decided`/,
  );
  await expectError(
    { fields: lists, csv: 'truth,decided\nart|rare,art\nart,art\n' },
    /`rare` only in `truth`.*`categories`/,
  );
  await expectError(
    {
      fields: role('truth', 'list', 'target', 'categories: [art, chess], ') + role('decided', 'list', 'prediction'),
      csv: 'truth,decided\nart,art\nart,ches\n',
    },
    /`decided` of `scored`, row 2, has the label `ches`, which is none of `art`, `chess`/,
  );
  await expectError(
    { fields: lists, csv: "truth,decided\nart|chess,\"['art', 'che\"\n" },
    /row 1, holds .* no list of labels/,
  );
  await expectError({ fields: arrays, csv: 'truth,decided\n"[""art""]","[""art""]"\n"[""art""]",chess\n' }, /./);
  await expectError(
    { fields: wideFields, csv: wide.replace('"1"', '"2"') },
    /row \d+, holds `2`, which is neither 0 nor 1/,
  );
  await expectError(
    { fields: wideFields.replace(role('chess_pred', 'integer', 'prediction'), ''), csv: wide },
    /The label `chess` has true values and no column of the role `prediction`/,
  );
  const scored = {
    fields: labels.map((name) => role(name, 'integer', 'target') + role(`s_${name}`, 'number', 'score')).join(''),
    csv: table([...labels, ...labels.map((name) => `s_${name}`)].join(','), (row) => [
      ...row.truth,
      ...row.scores.map((score) => 6 * score - 3),
    ]),
  };
  await expectError(scored, /outside \[0, 1\].*`threshold: 0`/);
  const logits = await reportOf({ ...scored, with: ', threshold: 0' });
  assert.equal(logits.performance['log_loss'], undefined);
  assert.ok(logits.performance['micro_f1'] && logits.performance['macro_roc_auc']);
  await expectError(
    {
      fields: role('truth', 'list', 'target', 'categories: [art, chess], ') + role('scores', 'array', 'score'),
      csv: 'truth,scores\nart,"[0.5, 0.5]"\nart,"[0.5]"\n',
    },
    /row 2, holds `\[0.5\]`, which is no list of 2 scores/,
  );
});

const rankedFields =
  role('query', 'string', 'query') +
  role('relevance', 'integer', 'target') +
  role('score', 'number', 'score') +
  '  - { name: device, type: string }\n  - { name: weight, type: number }\n';
const ranked = [
  'query,relevance,score,device,weight',
  ...Array.from({ length: 40 }, (_, q) =>
    Array.from({ length: 5 }, (__, k) => {
      const relevance = q % 10 === 0 ? 0 : random.integer(3);
      return `q${q},${relevance},${(relevance + random.integer(4) - k / 100).toFixed(2)},${q % 2 ? 'phone' : 'desk'},${1 + (q % 3)}`;
    }),
  ).flat(),
].join('\n');

test('rows of queries are a ranking, with intervals, slices and gates of queries', async () => {
  const report = await reportOf({
    fields: rankedFields,
    csv: ranked,
    with: ', slices: [device], at_k: 3, sample_weight: weight',
    gates:
      '    gates: { ndcg_at_k: { min: 0.1, at_confidence: 0.95 }, mrr: { min: 0.1 }, "map[device]": { min: 0.01 } }\n',
  });
  assert.equal(report.task, 'ranking');
  assert.equal(report.classes, null);
  const ndcg = report.performance['ndcg_at_k'];
  assert.ok(ndcg && ndcg.n === 40 && (ndcg.low ?? 1) < ndcg.value && ndcg.value < (ndcg.high ?? 0));
  assert.equal(report.headlineMetric, 'ndcg_at_k');
  assert.ok(Math.abs((report.plots?.ndcg?.[2]?.value ?? 0) - ndcg.value) < 1e-12);
  assert.deepEqual(
    report.slices.map(({ value, n }) => [value, n]),
    [
      ['desk', 20],
      ['phone', 20],
    ],
  );
  assert.deepEqual(
    report.gates.map(({ passed }) => passed),
    [true, true, true],
  );
  const skipped = await reportOf({ fields: rankedFields, csv: ranked, with: ', queries_without_relevant: skip' });
  assert.ok((skipped.performance['mrr']?.n ?? 40) <= 36);
  assert.equal(skipped.parameters?.atK, 10);
});

test('faults of rankings are told', async () => {
  const ask = (line: string): Asked => ({
    fields: rankedFields,
    csv: `query,relevance,score,device,weight\nq,1,0.5,desk,1\n${line}\n`,
  });
  await expectError(ask(',1,0.5,desk,1'), /Row 2 of `scored` has no query/);
  await expectError(ask('q,,0.5,desk,1'), /Row 2 of `scored` has no number as relevance/);
  await expectError(ask('q,-1,0.5,desk,1'), /negative relevance/);
  await expectError(ask('q,1,,desk,1'), /no number as score/);
  await expectError({ ...ask('q,1,0.5,phone,1'), with: ', slices: [device]' }, /`device` differs within the query `q`/);
  await expectError({ ...ask('q,1,0.5,desk,2'), with: ', sample_weight: weight' }, /`weight` differs within the query/);
  await expectError(
    {
      fields: role('relevance', 'integer', 'target') + role('score', 'number', 'score'),
      csv: 'relevance,score\n1,0.5\n',
      with: ', task: ranking',
    },
    /role: query/,
  );
});
