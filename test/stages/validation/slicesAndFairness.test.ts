import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getVersion } from '../../../engine/registry/modelVersions.ts';
import { seededRandom } from '../../../engine/statistics/random.ts';
import { makeProject } from '../../helpers/makeProject.ts';
import { runIn } from '../../helpers/runIn.ts';

/** Predictions of 3,000 people; of those with some college who never married they are little better than a coin. */
function people(): string {
  const random = seededRandom(17);
  const lines = ['id,age,education,marital,sex,truth,score'];
  for (let id = 0; id < 3000; id++) {
    const age = 17 + random.integer(60);
    const education = ['school', 'some college', 'degree'][random.integer(3)] ?? '';
    const marital = ['married', 'never married'][random.integer(2)] ?? '';
    const sex = id < 4 ? 'other' : (['F', 'M'][random.integer(2)] ?? '');
    const isHard = education === 'some college' && marital === 'never married';
    const score = isHard ? 0.45 + 0.1 * random.next() : random.next() < 0.5 ? 0.1 : 0.9;
    lines.push([id, age, education, marital, sex, random.next() < score, score.toFixed(4)].join(','));
  }
  return `${lines.join('\n')}\n`;
}

const project = runIn(
  makeProject({
    'people.csv': people(),
    'people.dataset.yaml': `fields:
  - { name: id, type: integer, loopwright: { role: id } }
  - { name: age, type: integer, loopwright: { role: feature } }
  - { name: education, type: string, loopwright: { role: feature } }
  - { name: marital, type: string, loopwright: { role: feature } }
  - { name: sex, type: string, loopwright: { role: protected } }
  - { name: truth, type: boolean, loopwright: { role: target } }
  - { name: score, type: number, loopwright: { role: score } }
`,
    'loopwright.yaml': `version: 1
project: people
datasets:
  people: { path: people.csv, schema: people.dataset.yaml }
stages:
  validate:
    uses: validate
    with:
      predictions: people
      slices: [age, education, [education, marital]]
      fairness:
        attributes: [sex, [sex, marital]]
        population: { sex: { F: 0.5, M: 0.5 } }
    gates:
      accuracy[education, marital]: { min: 0.3 }
      accuracy[education=degree]: { min: 0.6, at_confidence: 0.95 }
      log_loss[education]: { max: 0.2 }
      accuracy[education=nowhere]: { min: 0.1 }
      demographic_parity_difference_to_overall[sex]: { max: 0.2 }
      equalized_odds_difference[marital, sex]: { max: 0.9, at_confidence: 0.9 }
`,
  }),
);

test('a validation crosses columns, bins numbers, searches slices, and judges gates on them and on intersections', async () => {
  const { error } = await project.run();
  assert.match(error?.message ?? '', /^2 of 6 gates failed .*log_loss\[education\] .*accuracy\[education=nowhere\]/);
  const { report } = getVersion(project.store, 'people', 1);
  const ages = report.slices.filter(({ column }) => column === 'age').map(({ value }) => value);
  assert.ok(ages.length > 3 && ages.every((name) => /^(< \d+|\d+ to < \d+|≥ \d+)$/.test(name)), ages.join());
  const pairs = report.slices.filter(({ column }) => column === 'education, marital');
  assert.equal(pairs.length, 6);
  const [worst] = report.foundSlices?.slices ?? [];
  assert.deepEqual(worst?.conditions, [
    { column: 'education', value: 'some college' },
    { column: 'marital', value: 'never married' },
  ]);
  assert.ok(worst.loss > 0.6 && worst.restLoss < 0.5 && worst.pValue < 0.001);
  assert.deepEqual(report.foundSlices?.columns, ['age', 'education', 'marital', 'sex']);
  assert.deepEqual(
    report.gates.map(({ gate, kind }) => [gate, kind]),
    [
      ['accuracy[education, marital]', 'passed'],
      ['accuracy[education=degree]', 'passed'],
      ['log_loss[education]', 'failed'],
      ['accuracy[education=nowhere]', 'no_value'],
      ['demographic_parity_difference_to_overall[sex]', 'passed'],
      ['equalized_odds_difference[marital, sex]', 'passed'],
    ],
  );
  assert.match(report.gates[0]?.note ?? '', /the worst of 6 slices is `education=some college, marital=never married`/);
  assert.match(report.gates[3]?.note ?? '', /`education=school`/);
  assert.deepEqual(
    report.fairnessGroups?.map(({ attribute, number, tooFew }) => [attribute, number, tooFew > 0]),
    [
      ['sex', 3, true],
      ['sex, marital', report.fairnessGroups?.[1]?.number, true],
    ],
  );
  const [sex] = report.representation ?? [];
  assert.deepEqual([sex?.attribute, sex?.groups.at(-1)?.group, sex?.groups.at(-1)?.declared], ['sex', 'other', null]);
});
