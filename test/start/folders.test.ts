import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { lookAtFolder } from '../../engine/start/lookAtFolder.ts';
import { proposeProject } from '../../engine/start/proposeProject.ts';
import { TableLooks } from '../../engine/start/tableLooks.ts';
import { writeProject } from '../../engine/start/writeProject.ts';
import { makeProject } from '../helpers/makeProject.ts';

// Files found in a folder. Covered: tables of each format, by name and depth; environments, node_modules and outputs,
// which are skipped; settings in JSON; notebooks; mlruns in two layouts; dvc.yaml; an empty folder; a folder of
// thousands of files; a search that is stopped; names that exist.

const table =
  'a,b,label\n' +
  Array.from({ length: 40 }, (_, i) => `${i * 1.5},${(i * 7) % 11},${i % 2 === 0 ? 'x' : 'y'}`).join('\n');

test('tables, programs and notebooks, the likeliest first', async () => {
  const root = makeProject({
    'sample_submission.csv': 'a\n1\n',
    'test.csv': 'a\n1\n',
    'train.csv': table,
    'raw/deep/old.parquet': 'PAR1',
    'package.json': '{}',
    'requirements.txt': 'x',
    'empty.csv': '',
    'node_modules/x/data.csv': 'a\n',
    '.venv/pyvenv.cfg': '',
    '.venv/lib/x.csv': 'a\n',
    'myenv/pyvenv.cfg': '',
    'myenv/x.csv': 'a\n',
    'explore.ipynb': '{}',
    'src/train_model.py': 'import sklearn\nmodel.fit(x)\n',
    'test_train.py': 'import sklearn\nmodel.fit(x)\n',
    'plot.py': 'import os\n',
    'dvc.yaml': 'stages: {}\n',
  });
  const found = await lookAtFolder(root);
  assert.deepEqual(
    found.tables.map(({ path }) => path),
    ['train.csv', 'raw/deep/old.parquet', 'sample_submission.csv', 'test.csv'],
  );
  assert.deepEqual(
    [found.scripts.map(({ path }) => path), found.notebooks, found.dvc, found.project, found.cut],
    [['src/train_model.py'], ['explore.ipynb'], true, null, false],
  );
});

test('MLflow runs are counted', async () => {
  const run = (name: string, id: string) => ({
    [`${name}/0/${id}/meta.yaml`]: `run_id: ${id}\nexperiment_id: '0'\nlifecycle_stage: active\nstatus: 3\nstart_time: 1700000000000\n`,
  });
  const root = makeProject({
    'mlruns/0/meta.yaml': "experiment_id: '0'\nname: Default\nlifecycle_stage: active\n",
    ...run('mlruns', 'a'.repeat(32)),
    ...run('mlruns', 'b'.repeat(32)),
    'mlflow.db': 'no database',
  });
  assert.deepEqual((await lookAtFolder(root)).imports, [{ path: 'mlruns', kind: 'mlruns', runs: 2 }]);
});

test('the search of a large folder ends in time and can be stopped', async () => {
  const root = makeProject({ 'a.csv': table });
  mkdirSync(join(root, 'many'));
  for (let i = 0; i < 3000; i++) writeFileSync(join(root, 'many', `${i}.csv`), 'a\n1\n');
  const found = await lookAtFolder(root, { entries: 500 });
  assert.deepEqual([found.cut, found.tables.some(({ path }) => path === 'a.csv')], [true, true]);
  await assert.rejects(lookAtFolder(root, { signal: AbortSignal.abort() }), /cancelled/);
  assert.deepEqual((await lookAtFolder(makeProject())).tables, []);
});

test('no file of the user is overwritten, and a second project is rejected', async () => {
  const root = makeProject({
    'data.csv': table,
    '.gitignore': 'node_modules',
    'schemas/data.dataset.yaml': 'mine',
    'sql/features.sql': 'mine',
    'data/features.parquet': 'mine',
  });
  const looks = new TableLooks();
  const choice = { from: { kind: 'table', path: 'data.csv', target: 'label' } } as const;
  try {
    const { files, notes } = await proposeProject(root, choice, looks);
    assert.deepEqual(
      files.map(({ path }) => path),
      [
        'loopwright.yaml',
        'schemas/data_2.dataset.yaml',
        'sql/features_2.sql',
        'schemas/features.dataset.yaml',
        '.gitignore',
      ],
    );
    assert.match(notes.join(' '), /number in their name/);
    writeProject(root, files);
    assert.equal(
      readFileSync(join(root, '.gitignore'), 'utf8'),
      'node_modules\n.loopwright/\ndata/data.parquet\ndata/features_2.parquet\n',
    );
    assert.equal(readFileSync(join(root, 'sql/features.sql'), 'utf8'), 'mine');
    await assert.rejects(proposeProject(root, choice, looks), /loopwright\.yaml already exists/);
    assert.throws(() => writeProject(root, files), /already exists; nothing was changed/);
  } finally {
    looks.close();
  }
  const other = makeProject({ 'loopwright.yml': 'version: 1\n', 'data.csv': table });
  await assert.rejects(proposeProject(other, choice, looks), /loopwright\.yml already exists/);
});
