import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noFacts, type Facts, type ModelFacts } from '../../engine/facts/facts.ts';
import { edit, expectMarks, type Texts } from '../helpers/checking.ts';

const yaml = 'loopwright.yaml';
const schema = 'schemas/orders.dataset.yaml';
const trained =
  'uses: train\n    with: { data: features, model: logistic, epochs: "${params.epochs}", learning_rate: "${params.learning_rate}", batch_size: 32 }';

/** The orders project whose model a program makes, with the validation's data marked or not. */
const program = (data: string): Texts =>
  edit(yaml, [trained, 'cmd: python train.py'], ['{ model: train, data: features,', `{ model: train, data: ${data},`]);

function modelWith(...inputs: ModelFacts['inputs']): Facts {
  const models = [{ stage: 'train', inputs }];
  return { ...noFacts, history: () => ({ runs: [], judged: [], primary: [], stages: [], models, aliases: [] }) };
}

test('LW515 the model reads a column that the data does not have', () => {
  const facts = modelWith(
    { name: 'amount', type: 'number', optional: false },
    { name: 'countri', type: 'text', optional: false },
    { name: 'weight', type: 'number', optional: true },
  );
  const [problem] = expectMarks('LW515', program('«features»'), { facts });
  assert.equal(
    problem?.message,
    'The model reads `countri`, which `features` does not declare. Did you mean `country`?',
  );
  expectMarks('LW515', program('features'), { facts: modelWith({ name: 'hour', type: null, optional: false }) });
});

test('LW516 the model takes a column in another type', () => {
  const facts = modelWith(
    { name: 'country', type: 'number', optional: false },
    { name: 'hour', type: 'text', optional: false },
    { name: 'at', type: 'datetime', optional: false },
  );
  const marked = {
    ...program('features'),
    ...edit(schema, ['name: country, type: string', 'name: country, type: «string»']),
  };
  const [problem] = expectMarks('LW516', marked, { facts });
  assert.equal(problem?.message, 'The model of `train` takes `country` as a number, and it is declared as string.');
});
