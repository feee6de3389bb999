import assert from 'node:assert/strict';
import { it } from 'node:test';
import { modelProblem } from '../../client/commands/modelProblem.ts';
import { inspected } from '../fixtures/views/modelFacts.ts';

it('says why a model cannot be scored here, with the command that mends it', () => {
  assert.equal(modelProblem(inspected), null);
  const install = '.venv/bin/python -m pip install lightgbm pandas';
  assert.deepEqual(modelProblem({ ...inspected, missing: ['lightgbm', 'pandas'], install }), {
    message: `lightgbm, pandas are not installed in .venv/bin/python (.venv of the project). "${install}" installs them.`,
    command: install,
  });
  const { facts } = inspected;
  const none = { ...inspected, facts: { ...facts, python: null }, missing: ['lightgbm'], install: null };
  assert.match(modelProblem(none)?.message ?? '', /^This model is scored by Python, and none was found\./);
  const refused = { ...inspected, facts: { ...facts, problems: ['It has tensor inputs.'] } };
  assert.deepEqual(modelProblem(refused), { message: 'It has tensor inputs.', command: null });
});
