import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { recogniseModel } from '../../engine/models/flavours/flavours.ts';
import { modelTools } from '../../engine/models/modelTools.ts';
import { openModel } from '../../engine/models/openModel.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { modelsVenv } from './modelsVenv.ts';

test('a line that a model prints for every row is told once', () => {
  const lines: string[] = [];
  const config = { version: 1 as const, project: 'p', stages: {} };
  const tools = modelTools({ root: '/p', folder: '/p/.loopwright' }, config, 'p', (line) => lines.push(line));
  for (const line of ['careful', 'careful', 'row 1', 'careful']) tools.log(line);
  assert.deepEqual(lines, ['careful', 'row 1']);
});

test('a model in Python has the values of env_file', { timeout: 120_000 }, async () => {
  assert.equal(modelsVenv.prepare(), null);
  const root = makeProject({
    'loopwright.yaml': 'version: 1\nproject: p\nenv_file: .env\nstages: { s: { cmd: "true" } }\n',
    '.env': 'FACTOR=3\n',
    'model.py': 'import os\ndef predict(rows):\n    return rows["x"] * float(os.environ["FACTOR"])\n',
  });
  mkdirSync(join(root, '.loopwright/tmp'), { recursive: true });
  const config = { version: 1 as const, project: 'p', python: modelsVenv.python, stages: {} };
  const path = `${join(root, 'model.py')}:predict`;
  assert.equal(recogniseModel(path)?.flavour, 'python');
  const { opened } = await openModel(path, modelTools({ root, folder: join(root, '.loopwright') }, config, 'p'));
  after(() => opened.close());
  const table = { rows: 2, columns: { x: { kind: 'number' as const, values: Float64Array.of(1, 2) } } };
  const answer = await opened.answer(table, [{ name: 'x', type: 'number' }]);
  assert.match(JSON.stringify(answer), /"0":3,"1":6/);
});
