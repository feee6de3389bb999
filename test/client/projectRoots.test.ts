import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { it } from 'node:test';
import { languageOf, ourAssociations } from '../../client/language/ourFiles.ts';
import { nearestRoot } from '../../client/projects/nearestRoot.ts';
import { shownRoot } from '../../client/projects/shownRoot.ts';
import { nameOf, readDefinition, sameTask, titleOf } from '../../client/tasks/taskDefinition.ts';
import { taskProjectOf, taskRoot } from '../../client/tasks/taskProject.ts';

it('the nearest root owns a file: nested, siblings with a common start, the root itself, in any order', () => {
  const roots = ['/w', '/w/ml', '/w/ml/deep/er', '/w/mlops'];
  for (const order of [roots, roots.toReversed()]) {
    const owners = [
      '/w/ml/loopwright.yaml',
      '/w/mlops/a.sql',
      '/w/ml-old/a.sql',
      '/w/ml',
      '/w/ml/deep/a',
      '/w/ml/deep/er/x/y',
      '/w/a',
      '/other',
      '/',
    ].map((path) => nearestRoot(order, path));
    assert.deepEqual(owners, [
      '/w/ml',
      '/w/mlops',
      '/w',
      '/w/ml',
      '/w/ml',
      '/w/ml/deep/er',
      '/w',
      undefined,
      undefined,
    ]);
  }
  assert.equal(nearestRoot(['/'], '/a/b'), '/');
  assert.equal(nearestRoot([], '/a'), undefined);
  assert.equal(nearestRoot(['/w/a\\b'], '/w/a/b'), undefined, 'a backslash is part of a name here');
});

it('paths of Windows are compared with either slash and without the case of letters', () => {
  const roots = ['c:\\work\\mono', 'C:\\work\\mono\\services\\a', '\\\\server\\share\\p'];
  assert.deepEqual(
    [
      'C:\\Work\\mono\\x.sql',
      'c:/work/mono/services/a/sql/x.sql',
      'c:\\work\\mono\\services\\ab',
      '\\\\SERVER\\share\\p\\q',
      'd:\\work\\mono',
    ].map((path) => nearestRoot(roots, path)),
    ['c:\\work\\mono', 'C:\\work\\mono\\services\\a', 'c:\\work\\mono', '\\\\server\\share\\p', undefined],
  );
});

it('the chosen project is shown, else that of the active editor, else the last, else the first', () => {
  const roots = ['/a', '/b', '/b/c'];
  const shown = (chosen?: string, active?: string, last?: string): string | undefined =>
    shownRoot(roots, { chosen, active, last });
  assert.deepEqual(
    [
      shown(),
      shown(undefined, '/b/c/x.sql'),
      shown(undefined, undefined, '/b'),
      shown(undefined, '/elsewhere/x', '/b'),
      shown('/a', '/b/x', '/b'),
      shown('/gone', '/b/x'),
      shown('/gone', undefined, '/gone'),
    ],
    ['/a', '/b/c', '/b', '/b', '/a', '/b', '/a'],
  );
  assert.equal(shownRoot([], { chosen: '/a', active: '/a/x', last: '/a' }), undefined);
});

it('a task names its project, from the folder of the window, above it too', () => {
  const at = (path?: string) => (path === undefined ? undefined : resolve(path));
  assert.deepEqual(
    [['/w', '/w'] as const, ['/w', '/w/services/a'] as const, ['/w/sql', '/w'] as const].map(([folder, root]) =>
      taskProjectOf(resolve(folder), resolve(root)),
    ),
    ['', 'services/a', '..'],
  );
  const roots = ['/w/services/a', '/w/services/b', '/v'].map((path) => resolve(path));
  const root = (folder?: string, project?: string, shown?: string): string | undefined =>
    taskRoot(roots, { folder: at(folder), project, shown: at(shown) });
  assert.deepEqual(
    [
      root('/w', 'services/b'),
      root('/w', 'services/c'),
      root('/v'),
      root('/v/sql', '..'),
      root('/v/sql'),
      root('/w', undefined, '/w/services/b'),
      root('/w', undefined, '/v'),
      root(undefined, undefined, '/v'),
      root(undefined, resolve('/v')),
    ],
    ['/w/services/b', undefined, '/v', '/v', '/v', '/w/services/b', undefined, '/v', '/v'].map(at),
  );
  if (process.platform === 'win32')
    assert.equal(taskRoot(['C:\\w\\a'], { folder: 'c:\\w', project: 'a', shown: undefined }), 'C:\\w\\a');
  const task = readDefinition({ type: 'loopwright', stage: 'train', project: 'services/a' });
  assert.ok(task);
  assert.deepEqual(
    [nameOf(task), titleOf(task), sameTask(task, { type: 'loopwright', stage: 'train' })],
    ['run train', 'run train in services/a', true],
  );
});

it('files of ours are known by their name', () => {
  const files = [
    '/w/loopwright.yaml',
    'c:\\w\\loopwright.yml',
    'experiments/a.experiment.yml',
    's.dataset.yaml',
    'my-loopwright.yaml',
    'loopwright.yaml.bak',
    'dvc.yaml',
    'a.experiment.json',
  ];
  assert.deepEqual(
    files.map((file) => languageOf(file)),
    ['loopwright-project', 'loopwright-project', 'loopwright-experiment', 'loopwright-dataset', null, null, null, null],
  );
  assert.ok(Object.keys(ourAssociations).length > 0);
  for (const [pattern, language] of Object.entries(ourAssociations))
    assert.equal(languageOf(pattern.replace('*', 'x')), language);
});
