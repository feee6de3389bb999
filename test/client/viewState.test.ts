import assert from 'node:assert/strict';
import { it } from 'node:test';
import { checkState, keyOf, readKept, titleOf } from '../../client/panels/viewState.ts';

it('takes of what a profile kept only what is a subject', () => {
  const dataset = { kind: 'dataset', name: 'features' } as const;
  const version = { kind: 'snapshot', id: '3f2a91c4' } as const;
  assert.deepEqual(checkState('profile', { subject: dataset, against: version, more: 1 }), {
    subject: dataset,
    against: version,
  });
  assert.deepEqual(checkState('profile', { subject: { kind: 'file', path: 'a.csv', name: 3 }, against: 'x' }), {
    subject: { kind: 'file', path: 'a.csv' },
    against: null,
  });
  for (const bad of [
    null,
    1,
    'x',
    [],
    {},
    { subject: 'features' },
    { subject: { kind: 'dataset', name: 4 } },
    { subject: { kind: 'drop', path: '/' } },
    { subject: null, against: dataset },
  ])
    assert.deepEqual(checkState('profile', bad), { subject: null, against: null });
});

it('checks what the other views kept', () => {
  assert.deepEqual(checkState('runHistory', { experiment: 'wider', runId: null }), {
    experiment: 'wider',
    runId: null,
  });
  assert.deepEqual(checkState('runHistory', { experiment: { a: 1 }, runId: null }), { experiment: null, runId: null });
  assert.deepEqual(checkState('modelCard', { version: 3 }), { name: null, version: 3 });
  assert.deepEqual(checkState('drift', { monitor: [] }), { monitor: '' });
  assert.equal(readKept({ state: {} }), null);
  assert.deepEqual(readKept({ root: '/p', ui: 1 }), { root: '/p', state: null });
});

it('opens one profile a subject, whatever it is compared with', () => {
  const on = (subject: Parameters<typeof keyOf<'profile'>>[2]['subject'], against: typeof subject = null) =>
    keyOf('profile', '/p', { subject, against });
  assert.equal(on({ kind: 'dataset', name: 'a' }), on({ kind: 'dataset', name: 'a' }, { kind: 'snapshot', id: 'b' }));
  assert.equal(
    new Set([
      on(null),
      on({ kind: 'dataset', name: 'a' }),
      on({ kind: 'file', path: 'a' }),
      on({ kind: 'snapshot', id: 'a' }),
    ]).size,
    4,
  );
  assert.equal(
    titleOf('profile', 'p', { subject: { kind: 'file', path: 'data/in/a.csv' }, against: null }),
    'Profile: a.csv',
  );
  assert.equal(
    titleOf('profile', 'p', { subject: { kind: 'snapshot', id: '3f2a91c4d0e7' }, against: null }),
    'Profile: 3f2a91c4',
  );
  assert.equal(titleOf('drift', 'p', { monitor: 'production' }), 'Drift: production');
});

it('opens one labelling view a task, whoever labels', () => {
  const on = (task: string | null, labeller: string | null = null) => keyOf('labelling', '/p', { task, labeller });
  assert.equal(on('review', 'ann'), on('review', 'ben'));
  assert.equal(new Set([on(null), on('review'), on('second')]).size, 3);
  assert.deepEqual(
    [
      titleOf('labelling', 'p', { task: 'review', labeller: null }),
      titleOf('labelling', 'p', { task: null, labeller: null }),
    ],
    ['Label: review', 'Label: p'],
  );
  assert.deepEqual(checkState('labelling', { task: 'review', labeller: null }), { task: 'review', labeller: null });
  for (const bad of [null, 'x', { task: 3, labeller: null }, { task: {}, labeller: 'ann' }])
    assert.deepEqual(checkState('labelling', bad), { task: null, labeller: null });
});
