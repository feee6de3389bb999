import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { withDatabase } from '../../engine/data/withDatabase.ts';
import { makeSchemaFile } from '../../engine/start/schemaFile.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { birds } from './startFolder.ts';

const make = (file: string) => withDatabase(undefined, (db) => makeSchemaFile(db, file));

test('a schema is written beside its file or to schemas/ of its project; an existing one is not changed', async () => {
  const root = makeProject({
    'birds.csv': birds(),
    'loopwright.yaml': 'version: 1\nproject: p\nstages: {}\n',
    'raw/more.csv': birds(),
    '.git/HEAD': '',
  });
  const beside = await make(join(root, 'birds.csv'));
  assert.deepEqual(beside, { path: join(root, 'birds.dataset.yaml'), made: true });
  assert.match(readFileSync(beside.path, 'utf8'), /name: "beak length", type: number.*decimalChar: ","/);
  writeFileSync(beside.path, '# mine\n');
  assert.deepEqual(await make(join(root, 'birds.csv')), { path: beside.path, made: false });
  assert.equal(readFileSync(beside.path, 'utf8'), '# mine\n');
  const project = makeProject({
    'raw/more.csv': birds(),
    'loopwright.yaml': 'version: 1\nproject: p\nstages: {}\n',
    'schemas/x.dataset.yaml': 'fields: [{ name: a }]\n',
  });
  assert.equal((await make(join(project, 'raw/more.csv'))).path, join(project, 'schemas/more.dataset.yaml'));
});

test('the schema contains the keys that collect needs; a file that is not a table is an error', async () => {
  const root = makeProject({
    'odd.csv': Buffer.from(
      `Titel\nStraße;Größe\n${Array.from({ length: 30 }, (_, i) => `Weg ${i};${i},5`).join('\n')}`,
      'latin1',
    ),
  });
  const { path } = await make(join(root, 'odd.csv'));
  assert.match(
    readFileSync(path, 'utf8'),
    /# Collect it with from: \{ files: odd\.csv, encoding: windows-1252, delimiter: ";", skip: 1 \}/,
  );
  await assert.rejects(make(join(root, 'none.parquet')), /does not exist/);
  assert.ok(!existsSync(join(root, 'none.dataset.yaml')));
});
