import assert from 'node:assert/strict';
import { it } from 'node:test';
import { SourceTests, sourceTestText, testOf } from '../../client/lenses/sourceTests.ts';
import { makePreview } from '../fixtures/views/sourcePreview.ts';

const problem = { stage: 'pull', message: 'PostgreSQL refused\nthe connection: $(x) no.', place: null };

it('says how long a source took to answer, or why it did not', () => {
  const at = Date.now();
  assert.equal(
    sourceTestText(testOf(makePreview(), problem, at), at + 120_000),
    '$(pass) connected in 84 ms · PostgreSQL 15.8, database shop on db.example:5432 · 2 minutes ago',
  );
  assert.equal(
    sourceTestText(testOf(null, problem, at), at),
    '$(error) PostgreSQL refused the connection: $ (x) no. · just now',
  );
  const long = sourceTestText(testOf(null, { ...problem, message: 'word '.repeat(60) }, at), at);
  assert.ok(long.length < 130, long);
});

it('keeps the last test of each stage of each project, and tells of changes', () => {
  const tests = new SourceTests();
  let changes = 0;
  const listening = tests.onChange(() => changes++);
  tests.set('/a', 'pull', { state: 'testing' });
  tests.set('/b', 'pull', testOf(makePreview(), problem));
  assert.deepEqual([tests.get('/a', 'pull')?.state, tests.get('/b', 'pull')?.state], ['testing', 'passed']);
  tests.set('/a', 'pull', undefined);
  assert.equal(tests.get('/a', 'pull'), undefined);
  listening.dispose();
  tests.set('/a', 'pull', { state: 'testing' });
  assert.equal(changes, 3);
});
