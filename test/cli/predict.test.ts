import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promote } from '../../engine/registry/promote.ts';
import { writeFiles } from '../helpers/makeProject.ts';
import { runCli, runJson } from '../helpers/runCli.ts';
import { trainedOrders } from '../helpers/trainedOrders.ts';

const trained = trainedOrders();

test('predict writes Parquet for files of any folder and for a batch deployment', async () => {
  const project = trained();
  promote(project.store, { name: 'orders', version: 1 }, { why: 'test', actor: 'test:me' });
  const cwd = project.root;
  const { code, json } = await runJson<{ rows: number; output: string; version: number }>(
    ['predict', '--input', 'incoming/*.csv', '--output', 'out/p.parquet'],
    { cwd },
  );
  assert.deepEqual(
    [code, json.rows, json.version, json.output, existsSync(json.output)],
    [0, 800, 1, join(cwd, 'out/p.parquet'), true],
  );
  const batch = await runJson<{ rows: number; output: string }>(['predict', '--deployment', 'nightly'], { cwd });
  assert.equal(batch.json.rows, 800);
  assert.ok(batch.json.output.startsWith(join(cwd, 'data/scored/')));
  writeFiles(cwd, { 'sql/few.sql': 'SELECT * FROM rows LIMIT 7 -- a few' });
  assert.equal(
    (
      await runJson<{ rows: number }>(
        ['predict', '--input', 'incoming/*.csv', '--output', 'out/q.parquet', '--sql', 'sql/few.sql'],
        { cwd },
      )
    ).json.rows,
    7,
  );
  const none = await runCli(['predict', '--input', 'none/*.csv'], { cwd });
  assert.deepEqual([none.code, none.err], [1, 'error: No file matches `none/*.csv`.\n']);
  const wrong = await runCli(['predict', '--input', 'labels/*.csv'], { cwd });
  assert.match(wrong.err, /lacks the columns `amount`, `hour`, `country`/);
});

// Tried: decimal comma and point, `;` and `,`, windows-1252, a German date, `NA`, a text among numbers, a text column of
// digits, and the settings and the schema of a dataset.
test('predict reads text files as the other commands do', async () => {
  const project = trained();
  promote(project.store, { name: 'orders', version: 1 }, { why: 'test', actor: 'test:me' });
  const cwd = project.root;
  const amounts = Array.from({ length: 30 }, (_, i) => 10 + i * 2.5);
  const written = (amount: number, i: number) => (i === 4 ? 'NA' : i === 7 ? 'viel' : amount);
  const day = (i: number) => String((i % 28) + 1).padStart(2, '0');
  const german = amounts
    .map((amount, i) => `Ü${i};${day(i)}.12.26;${String(written(amount, i)).replace('.', ',')};${i % 24};pl\r\n`)
    .join('');
  const plain = amounts.map((amount, i) => `Ü${i},2026-12-${day(i)},${written(amount, i)},${i % 24},pl\n`).join('');
  const yaml = readFileSync(join(cwd, 'loopwright.yaml'), 'utf8');
  writeFiles(cwd, {
    'german.csv': Buffer.from(`id;at;amount;hour;country\r\n${german}`, 'latin1'),
    'plain.csv': `id,at,amount,hour,country\n${plain}`,
    'neu/piped.csv': Buffer.from(`id|at|amount|hour|country\r\n${german.replaceAll(';', '|')}`, 'latin1'),
    'loopwright.yaml': yaml.replace(
      'datasets:\n',
      "datasets:\n  neu: { path: neu/*.csv, schema: neu.dataset.yaml, read: { encoding: windows-1252, delimiter: '|', decimal: ',', dates: '%d.%m.%y', missing: [NA] } }\n",
    ),
    'neu.dataset.yaml':
      'fields:\n  - { name: id, type: string }\n  - { name: at, type: datetime }\n  - { name: amount, type: number }\n  - { name: hour, type: integer }\n  - { name: country, type: string }\n',
  });
  const scored: Record<string, unknown>[][] = [];
  for (const input of ['plain.csv', 'german.csv', 'neu/*.csv']) {
    const { code, json, err } = await runJson<{ rows: number; refused: number; reading: { delimiter: string }[] }>(
      ['predict', '--input', input, '--output', 'out/p.parquet'],
      { cwd },
    );
    assert.deepEqual([code, json.rows, json.refused], [0, 29, 1], `${input} ${err}`);
    assert.equal(json.reading[0]?.delimiter, { 'plain.csv': ',', 'german.csv': ';' }[input] ?? '|');
    scored.push(
      await project.rows(
        'out/p.parquet',
        'SELECT id, amount, CAST("at" AS DATE)::VARCHAR AS day, _key, round(_score, 6) AS score FROM data ORDER BY id',
      ),
    );
  }
  const [first] = scored;
  const { id, amount, _key } = first?.[0] ?? {};
  assert.deepEqual([id, amount, _key], ['Ü0', 10, 'Ü0']);
  assert.deepEqual(scored[1], first, 'decimal commas');
  assert.deepEqual(scored[2], first, 'the settings and the schema of a dataset');
});
