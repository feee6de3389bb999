import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { contextKeys } from '../../client/commandIds.ts';
import { milestonesOf } from '../../client/status/milestonesOf.ts';
import { argumentsOf, nameOf } from '../../client/tasks/taskDefinition.ts';
import { missingParts } from '../../client/views/lifeCycleRows.ts';
import { overview } from '../fixtures/views/overview.ts';

const root = join(import.meta.dirname, '../..');
const { contributes } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const fresh = {
  ...overview,
  life: overview.life.map((line) => ({ ...line, state: 'none' as const })),
  experiments: overview.experiments.map((one) => ({ ...one, runCount: 0 })),
  models: [],
  deployments: [],
};

it('a step of the walkthrough is done when the project has come to it', () => {
  assert.deepEqual(milestonesOf(fresh), {
    hasBegun: true,
    hasRun: false,
    hasModel: false,
    hasChampion: false,
    hasServed: false,
    hasWindow: false,
  });
  assert.deepEqual(milestonesOf(overview), {
    hasBegun: true,
    hasRun: true,
    hasModel: true,
    hasChampion: true,
    hasServed: true,
    hasWindow: true,
  });
  assert.equal(
    milestonesOf({
      ...overview,
      deployments: overview.deployments.map((one) => ({ ...one, state: 'stopped' as const, predictions: 0 })),
    }).hasServed,
    false,
  );
  assert.equal(
    milestonesOf({
      ...overview,
      models: overview.models.map((one) => ({ ...one, aliases: ['challenger'], isChampion: false })),
    }).hasChampion,
    false,
  );
});

it('the walkthrough ticks by keys that are set, and its pictures take the colours of the theme', () => {
  const [{ steps }] = contributes.walkthroughs;
  const keys = new Set<string>(Object.values(contextKeys));
  assert.ok(steps.length > 0);
  for (const { completionEvents, media } of steps) {
    for (const event of completionEvents) assert.ok(keys.has(event.replace('onContext:', '')), event);
    const svg = readFileSync(join(root, media.svg), 'utf8');
    assert.match(svg, /fill="var\(--vscode-foreground/);
    assert.doesNotMatch(svg, /(?:fill|stroke)="#/);
    // The page lets no style sheet through.
    assert.doesNotMatch(svg, /<style|style=|class=/);
    assert.ok(media.altText.length > 20);
  }
  assert.equal(steps.length, 6);
});

it('parts that the project does not declare can be added', () => {
  assert.deepEqual(missingParts({ ...overview, stages: [], deployments: [], monitors: [], problems: [] }), [
    'collect',
    'prepare',
    'develop',
    'validate',
    'deploy',
    'monitor',
  ]);
  const noPolicy = {
    ...overview,
    problems: [],
    life: overview.life.map((line) => (line.part === 'retrain' ? { ...line, detail: 'no policy declared' } : line)),
  };
  assert.ok(missingParts(noPolicy).includes('retrain'));
  // While the file is broken nothing is known to be missing.
  assert.deepEqual(
    missingParts({
      ...overview,
      stages: [],
      problems: [
        {
          file: 'loopwright.yaml',
          line: 1,
          column: 1,
          endLine: 1,
          endColumn: 1,
          code: 'LW100',
          severity: 'error',
          message: 'x',
        },
      ],
    }),
    [],
  );
});

it('tasks that bring runs in and out become command lines', () => {
  const line = (task: Parameters<typeof argumentsOf>[0]) => argumentsOf(task, '/p').join(' ');
  assert.equal(line({ type: 'loopwright', command: 'import', path: '/p/mlruns' }), 'import /p/mlruns --project /p');
  assert.equal(
    line({ type: 'loopwright', command: 'export', path: 'mlruns:/x/mlruns' }),
    'export --project /p --to mlruns:/x/mlruns',
  );
  assert.equal(
    line({ type: 'loopwright', command: 'reproduce', run: 'abcdef0123456789' }),
    'reproduce abcdef0123456789 --project /p',
  );
  assert.equal(
    line({ type: 'loopwright', command: 'infer', data: 'events', path: '/p/schemas/events.dataset.yaml' }),
    'data infer events --project /p --output /p/schemas/events.dataset.yaml',
  );
  assert.equal(nameOf({ type: 'loopwright', command: 'import', path: '/p/mlruns' }), 'import mlruns');
  assert.equal(nameOf({ type: 'loopwright', command: 'reproduce', run: 'abcdef0123456789' }), 'reproduce abcdef01');
});
