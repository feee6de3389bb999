import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasTomlTable, tomlValue } from '../../engine/python/tomlValue.ts';

const text = `top.dotted = "a" # comment
[tool . "poetry"]
name = 'literal \\n' # not an escape
description = "with \\"quotes\\" and # no comment"
[tool.poetry.dependencies]
name = "another table"
[[tool.uv.index]]
name = "of an array"
[tool.uv.workspace]
members = [
  "packages/*", # "commented/*"
  'a]b', "c#d",
]
empty = []
[virtualenvs]
in-project = true
create = false
path = "C:\\\\envs"
number = 3
`;

test('strings, truth values and arrays of strings are read from their own table', () => {
  const value = (table: string, key: string) => tomlValue(text, table, key);
  assert.equal(value('tool.poetry', 'name'), 'literal \\n');
  assert.equal(value('tool.poetry', 'description'), 'with "quotes" and # no comment');
  assert.deepEqual(value('tool.uv.workspace', 'members'), ['packages/*', 'a]b', 'c#d']);
  assert.deepEqual(value('tool.uv.workspace', 'empty'), []);
  assert.deepEqual([value('virtualenvs', 'in-project'), value('virtualenvs', 'create')], [true, false]);
  assert.equal(value('virtualenvs', 'path'), 'C:\\envs');
  assert.equal(value('top', 'dotted'), 'a');
  assert.equal(tomlValue(text.replaceAll('\n', '\r\n'), 'virtualenvs', 'in-project'), true, 'lines of Windows');
  for (const [table, key] of [
    ['virtualenvs', 'number'],
    ['virtualenvs', 'gone'],
    ['tool.uv.index', 'name'],
    ['project', 'name'],
  ] as const)
    assert.equal(value(table, key), undefined, `${table}.${key}`);
});

test('a table is there when it or one inside it has a header', () => {
  assert.ok(hasTomlTable(text, 'tool.poetry') && hasTomlTable(text, 'tool.uv'));
  assert.ok(!hasTomlTable(text, 'tool.pixi') && !hasTomlTable(text, 'tool.poe'));
});
