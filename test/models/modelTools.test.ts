import assert from 'node:assert/strict';
import { test } from 'node:test';
import { modelTools } from '../../engine/models/modelTools.ts';

test('a line that a model prints for every row is told once', () => {
  const lines: string[] = [];
  const config = { version: 1 as const, project: 'p', stages: {} };
  const tools = modelTools({ root: '/p', folder: '/p/.loopwright' }, config, 'p', (line) => lines.push(line));
  for (const line of ['careful', 'careful', 'row 1', 'careful']) tools.log(line);
  assert.deepEqual(lines, ['careful', 'row 1']);
});
