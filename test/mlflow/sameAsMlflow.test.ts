import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { makeProject } from '../helpers/makeProject.ts';
import { rounds } from '../helpers/rounds.ts';
import { trackingProcess } from '../helpers/trackingProcess.ts';
import { startMlflowServer } from './mlflowServer.ts';
import { mlflowVenv } from './mlflowVenv.ts';

/** Where our answer is another on purpose; docs/tracking.md gives the reasons. */
const meant = [
  'experiment rename to a known name', // MLflow answers with the text of SQLite's error.
  'log-batch: value as text', // MLflow takes text for a number and keeps nothing of it.
  'logged models on a dataset', // MLflow finds none when the digest is left out.
  'runs where metrics.few > 0 AND', // MLflow passes over an AND that nothing follows.
  'runs where (metrics.few > 0)', // Brackets are understood here.
  'experiment restored', // Runs that were deleted before their experiment stay deleted.
];

interface Answers {
  asked: number;
  same_length: boolean;
  different: [string, unknown, unknown][];
}

/** Has a script ask a real MLflow server and ours the same, both new and empty. */
async function compare(t: TestContext, script: string, more: object): Promise<Answers> {
  const folder = makeProject();
  const server = await startMlflowServer(folder);
  t.after(() => server.stop());
  const ours = await trackingProcess(makeProject({ 'loopwright.yaml': 'version: 1\nproject: same\nstages: {}\n' }));
  t.after(() => ours.stop());
  return JSON.parse(
    mlflowVenv.run(
      join(import.meta.dirname, script),
      JSON.stringify({
        uris: [
          [server.url, 'none'],
          [ours.uri, ours.token],
        ],
        ...more,
      }),
    ),
  ) as Answers;
}

test('answers 350 questions as a real MLflow server does, but for six', { timeout: 900_000 }, async (t) => {
  const problem = mlflowVenv.prepare();
  if (problem !== null) return t.skip(problem);
  const answer = await compare(t, 'sameAsMlflow.py', {});
  assert.ok(answer.asked >= 350 && answer.same_length, `${answer.asked} questions`);
  assert.deepEqual(
    answer.different.filter(([what]) => !meant.includes(what)),
    [],
  );
  assert.deepEqual(
    answer.different.map(([what]) => what),
    meant,
    'what is another on purpose still is',
  );
});

// LOOPWRIGHT_MLFLOW_SEED=7 asks others.
test(
  'answers hundreds of random questions about random runs, models and versions as a real MLflow server does',
  { timeout: 900_000 },
  async (t) => {
    const problem = mlflowVenv.prepare();
    if (problem !== null) return t.skip(problem);
    const answer = await compare(t, 'randomQuestions.py', {
      seed: Number(process.env['LOOPWRIGHT_MLFLOW_SEED'] ?? 5),
      questions: rounds(300),
    });
    assert.ok(answer.asked >= rounds(700) && answer.same_length, `${answer.asked} questions`);
    assert.deepEqual(answer.different, []);
  },
);
