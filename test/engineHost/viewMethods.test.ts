import assert from 'node:assert/strict';
import { test } from 'node:test';
import { viewMethods, type EngineMethod } from '../../protocol/engineHost.ts';

const methods: readonly EngineMethod[] = viewMethods;

test('a view cannot promote, register, stop or write to a place of its choice', () => {
  const asked: EngineMethod[] = [
    'models/promote',
    'models/approve',
    'models/comment',
    'models/register',
    'models/rollback',
    'pages/save',
    'runs/export',
    'runs/stop',
    'start/schema',
    'tracking/endpoint',
  ];
  assert.deepEqual(
    asked.filter((method) => methods.includes(method)),
    [],
  );
});

test('no method is listed twice', () => {
  assert.ok(methods.length > 0);
  assert.equal(new Set(methods).size, methods.length);
});
