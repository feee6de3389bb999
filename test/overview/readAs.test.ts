// How a profile says that text was read, and the range of dates. Tried: a German file without a schema, with one, a plain
// CSV, `read:` of the dataset, several files read in two ways, Parquet, which has nothing to tell.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { withDatabase } from '../../engine/data/withDatabase.ts';
import { findSubject, type SubjectPlace } from '../../engine/overview/dataSubject.ts';
import { profileSubject } from '../../engine/overview/dataViews.ts';
import { configFor, loadProject } from '../../engine/project/loadProject.ts';
import type { DataSubject } from '../../protocol/dataProfile.ts';
import { makeProject } from '../helpers/makeProject.ts';

const german = `preis;tag;art\n${Array.from({ length: 40 }, (_, i) => `1.${100 + i},5;${String(1 + (i % 28)).padStart(2, '0')}.03.2026;${i === 3 ? 'NA' : 'größe'}\n`).join('')}`;
const root = makeProject({
  'loopwright.yaml': `version: 1\nproject: p\ndatasets:\n  with: { path: raw/g.csv, schema: g.dataset.yaml }\n  given: { path: raw/g.csv, read: { decimal: ",", missing: [NA] } }\nstages: {}\n`,
  'g.dataset.yaml':
    'fields:\n  - { name: preis, type: number, decimalChar: ",", groupChar: "." }\n  - { name: tag, type: date, format: "%d.%m.%Y" }\n  - { name: art, type: string }\nmissingValues: ["", NA]\n',
  'raw/g.csv': Buffer.from(german, 'latin1'),
  'raw/h.csv': Buffer.from(german, 'latin1'),
  'raw/plain.csv': 'a,day\n1,2026-01-01\n2,2026-02-28\n',
  'two/a.csv': 'a,b\n1,2\n3,4\n',
  'two/b.csv': 'a;b\n5;6\n7;8\n',
});

async function profile(subject: DataSubject) {
  const project = loadProject(root);
  const place: SubjectPlace = { project, config: configFor(project, 'default'), store: null, folder: root };
  return withDatabase(undefined, async (db) => profileSubject(db, await findSubject(subject, place), { root }));
}
const file = (path: string): DataSubject => ({ kind: 'file', path: join(root, path) });
const dataset = (name: string): DataSubject => ({ kind: 'dataset', name });

test('the form of the file and of its values', async () => {
  const found = await profile(file('raw/h.csv'));
  assert.match(found.readAs?.[0] ?? '', /^windows-1252, `;` between fields, header in line 1/);
  assert.match(found.readAs?.join('\n') ?? '', /`preis`: decimal comma/);
  assert.deepEqual(found.columns.find(({ name }) => name === 'tag')?.range, {
    first: '2026-03-01',
    last: '2026-03-28',
  });
  assert.deepEqual((await profile(dataset('with'))).readAs, [
    found.readAs?.[0],
    'decimal character `,`',
    'thousands character `.`',
    '`NA` means no value',
  ]);
  assert.match((await profile(dataset('given'))).readAs?.join('\n') ?? '', /windows-1252[^]*`preis`: decimal comma/);
});

test('a plain file says so too, and files that are read in two ways say both', async () => {
  const plain = await profile(file('raw/plain.csv'));
  assert.deepEqual(plain.readAs, ['UTF-8, `,` between fields, header in line 1']);
  assert.deepEqual(plain.columns[1]?.range, { first: '2026-01-01', last: '2026-02-28' });
  assert.deepEqual((await profile(file('two/*.csv'))).readAs, [
    'UTF-8, `,` between fields, header in line 1',
    'UTF-8, `;` between fields, header in line 1',
  ]);
});
