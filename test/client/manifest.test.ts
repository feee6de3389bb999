import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { commandIds, contextKeys, problemMatcher, taskType, viewIds } from '../../client/commandIds.ts';
import { settingDefaults } from '../../client/settingDefaults.ts';
import { taskCommands } from '../../client/tasks/taskDefinition.ts';
import { languageIds } from '../../protocol/languageServer.ts';

const root = join(import.meta.dirname, '../..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const { contributes } = manifest;
const sorted = (values: Iterable<string>) => [...values].toSorted();

it('declares exactly the commands that the client registers', () => {
  assert.deepEqual(
    sorted(contributes.commands.map((one: { command: string }) => one.command)),
    sorted(Object.values(commandIds)),
  );
  assert.ok(contributes.commands.every((one: { category: string }) => one.category === 'Loopwright'));
});

it('names only known commands, views and context keys in menus and welcome texts', () => {
  const known = new Set<string>(Object.values(commandIds));
  const menus = Object.entries<{ command: string }[]>(contributes.menus);
  assert.ok(menus.length > 0);
  for (const [menu, items] of menus)
    for (const { command } of items) assert.ok(known.has(command), `${menu}: ${command}`);
  const text = JSON.stringify(contributes);
  const commands = [...text.matchAll(/command:loopwright\.\w+/g)];
  const views = [...text.matchAll(/view == (loopwright\.\w+)/g)];
  assert.ok(commands.length > 0 && views.length > 0);
  for (const [name] of commands) assert.ok(known.has(name.slice('command:'.length)), name);
  for (const [, name] of views) assert.ok(Object.values<string>(viewIds).includes(name ?? ''), name);
  assert.deepEqual(
    sorted(contributes.views.loopwright.map((one: { id: string }) => one.id)),
    sorted(Object.values(viewIds)),
  );
  assert.ok(text.includes(contextKeys.hasProject));
  // A when clause takes single quotes only; one in double quotes is dropped, and its action then stands on every row.
  const clauses = [...text.matchAll(/"when":"((?:[^"\\]|\\.)*)"/g)].map(([, clause]) => clause ?? '');
  assert.ok(clauses.length > 50);
  assert.deepEqual(
    clauses.filter((clause) => clause.includes('\\"')),
    [],
  );
});

it('declares the settings with the defaults that the client assumes', () => {
  const declared = Object.fromEntries(
    Object.entries<{ default: unknown }>(contributes.configuration.properties).map(([key, value]) => [
      key.replace('loopwright.', ''),
      value.default,
    ]),
  );
  assert.deepEqual(declared, settingDefaults);
});

it('declares tasks, languages and files that exist', () => {
  assert.equal(contributes.taskDefinitions[0].type, taskType);
  assert.deepEqual(contributes.taskDefinitions[0].properties.command.enum, [...taskCommands]);
  assert.equal(`$${contributes.problemMatchers[0].name}`, problemMatcher);
  assert.deepEqual(
    sorted(contributes.languages.map((one: { id: string }) => one.id)),
    sorted(Object.values(languageIds)),
  );
  const files = [
    manifest.icon,
    contributes.viewsContainers.activitybar[0].icon,
    ...contributes.grammars.map((one: { path: string }) => one.path),
    ...contributes.languages.map((one: { configuration: string }) => one.configuration),
  ];
  for (const file of files) assert.ok(existsSync(join(root, file)), file);
});

it('matches a failure that the command line reports with its place', () => {
  const [{ pattern }] = contributes.problemMatchers;
  const match = new RegExp(pattern.regexp).exec(
    'sql/features.sql:12:7: error: prepare: there is no column `amuont` [binder]',
  );
  assert.deepEqual(match?.slice(1), [
    'sql/features.sql',
    '12',
    '7',
    'error',
    'prepare: there is no column `amuont`',
    'binder',
  ]);
  assert.ok(new RegExp(pattern.regexp).exec('a.yaml:1:1: warning: no code'));
  assert.equal(
    new RegExp(pattern.regexp).exec('reading history of demo\rtrain.py:3:1: error: x')?.[1],
    'train.py',
    'progress drawn before it on the same line is no part of the path',
  );
});

it('leaves to the language server what both find, and never clears its collection', () => {
  const [{ pattern, owner }] = contributes.problemMatchers;
  const client = readFileSync(join(root, 'client/language/lspClient.ts'), 'utf8');
  const collection = /new LanguageClient\(\s*'([\w-]+)'/.exec(client)?.[1];
  assert.ok(collection !== undefined && collection !== owner, `${collection} and ${owner}`);
  for (const line of [
    'loopwright.yaml:12:7: error: There is no dataset `featurs`. [LW201]',
    'reading history of demo\rloopwright.yaml:1:1: warning: x [LW701]',
    'a.yaml:1:1: info: y [LW100]\r',
  ])
    assert.equal(new RegExp(pattern.regexp).exec(line), null, line);
});
