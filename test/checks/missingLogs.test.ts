// A log that a stage reads and that is not there. Tried: a mistyped name, a glob that matches nothing with and without a
// near name, one path of a list, a mistyped folder, a log that has not come yet, a param in its place, absolute paths, and
// the same for files and databases.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkProject } from '../../engine/checks/checkProject.ts';
import { loadProject } from '../../engine/project/loadProject.ts';
import { applyFix } from '../helpers/checking.ts';
import { withSlashes } from '../../engine/base/projectPath.ts';
import { makeProject } from '../helpers/makeProject.ts';

const yaml = (from: string) =>
  `version: 1\nproject: p\nparams: { place: none.log }\ndatasets:\n  d: { path: data/d.parquet }\nstages:\n  s: { uses: collect, with: { dataset: d, from: ${from} } }\n`;
const logs = (paths: string) => yaml(`{ logs: ${paths}, format: json }`);

function found(text: string, files: Record<string, string> = {}) {
  const root = makeProject({ 'loopwright.yaml': text, 'access.log': '{}\n', 'logs/app.log': '{}\n', ...files });
  return checkProject(loadProject(root)).filter(({ code }) => code === 'LW204');
}

const messages = (text: string, files: Record<string, string> = {}) =>
  found(text, files).map(({ severity, message, line, column, endColumn }) => {
    const written = text.split('\n')[(line ?? 1) - 1]?.slice((column ?? 1) - 1, (endColumn ?? 1) - 1) ?? '';
    return `${severity} ${written}: ${message}`;
  });

test('the nearest name is proposed, and a fix writes it', () => {
  assert.deepEqual(messages(logs('acess.log')), [
    'warning acess.log: No log matches `acess.log` yet. Did you mean `access.log`?',
  ]);
  assert.deepEqual(messages(logs('"acess.log*"')), [
    'warning "acess.log*": No log matches `acess.log*` yet. Did you mean `access.log*`?',
  ]);
  assert.deepEqual(messages(logs('[access.log, "lgs/app.log"]')), [
    'warning "lgs/app.log": No log matches `lgs/app.log` yet. Did you mean `logs/app.log`?',
  ]);
  assert.deepEqual(messages(logs('logs/ap.log')), [
    'warning logs/ap.log: No log matches `logs/ap.log` yet. Did you mean `logs/app.log`?',
  ]);
  const text = logs('acess.log');
  const [problem] = found(text);
  assert.ok(problem);
  assert.equal(applyFix({ 'loopwright.yaml': text }, problem)['loopwright.yaml'], logs('access.log'));
});

test('a log that has not come yet is a warning, and what is there or comes from a param is right', () => {
  assert.deepEqual(messages(logs('"tomorrow/*.log"')), [
    'warning "tomorrow/*.log": No log matches `tomorrow/*.log` yet. The stage fails until there is one.',
  ]);
  assert.deepEqual(messages(logs('"${params.place}"')), [
    'warning "${params.place}": No log matches `none.log` yet. The stage fails until there is one.',
  ]);
  for (const right of ['access.log', '"access.log*"', '"logs/*.log"', '[access.log, logs/app.log]'])
    assert.deepEqual(messages(logs(right)), [], right);
});

test('absolute paths', () => {
  const folder = makeProject();
  mkdirSync(join(folder, 'nginx'));
  writeFileSync(join(folder, 'nginx/access.log'), '{}\n');
  assert.deepEqual(messages(logs(join(folder, 'nginx/access.log*'))), []);
  const [said = ''] = messages(logs(join(folder, 'nginx/acess.log')));
  assert.ok(said.includes(`Did you mean \`${withSlashes(join(folder, 'nginx/access.log'))}\`?`), said);
});

test('files and databases get the nearest name too', () => {
  assert.deepEqual(messages(yaml('{ files: rows/a.csv }'), { 'row/a.csv': 'a\n' }), [
    'warning rows/a.csv: No file matches `rows/a.csv` yet. Did you mean `row/a.csv`?',
  ]);
  assert.deepEqual(messages(yaml('{ sqlite: shp.db, query: SELECT 1 }'), { 'shop.db': '' }), [
    'warning shp.db: There is no database `shp.db`. Did you mean `shop.db`?',
  ]);
});
