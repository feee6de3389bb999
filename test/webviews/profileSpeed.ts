import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../engine/data/database.ts';
import type { DataSubject } from '../../protocol/dataProfile.ts';
import type { EngineMethod } from '../../protocol/engineHost.ts';
import { build } from '../../scripts/build.ts';
import { startHost } from '../helpers/startHost.ts';
import { ViewBench } from '../helpers/viewPage.ts';
import type { Answers } from '../helpers/viewPage.ts';

// How long until the profile of a 1,000,000 × 20 Parquet file stands on the screen, from opening the view, with the
// bundled engine host and the bundled view in Chromium. Run it alone: `node_modules/.bin/node
// test/webviews/profileSpeed.ts [rounds] [columns, default 20] [rows, default 1000000]`.
const rounds = Number(process.argv[2] ?? 5);
const [columns, rows] = [Number(process.argv[3] ?? 20), Number(process.argv[4] ?? 1_000_000)];
const root = mkdtempSync(join(tmpdir(), 'loopwright-speed-'));
const subject: DataSubject = { kind: 'file', path: 'data/big.parquet' };

await makeFile(join(root, 'data'));
writeFileSync(
  join(root, 'loopwright.yaml'),
  'version: 1\nproject: speed\ndatasets:\n  big: { path: data/big.parquet, schema: big.dataset.yaml }\nstages:\n  nothing: { cmd: "true" }\n',
);
writeFileSync(
  join(root, 'big.dataset.yaml'),
  'fields:\n  - { name: fraud, type: boolean, loopwright: { role: target } }\n',
);
await build({ tests: false });
const bench = await ViewBench.start();
const times: Record<string, number[]> = {};
try {
  for (let round = 0; round < rounds; round++) {
    // A new engine each time: nothing is kept from the round before. It has answered the sidebar, as it has when a
    // person opens a view.
    const host = startHost(root);
    await host.ask('project/overview', {});
    for (const [step, ms] of Object.entries(await openOnce(host.ask))) (times[step] ??= []).push(ms);
    host.stop();
  }
} finally {
  await bench.stop();
  rmSync(root, { recursive: true, force: true });
}
for (const [step, all] of Object.entries(times)) {
  const sorted = all.toSorted((a, b) => a - b);
  console.log(
    `${step}: ${sorted[Math.floor(sorted.length / 2)]?.toFixed(0)} ms [${sorted[0]?.toFixed(0)}, ${sorted.at(-1)?.toFixed(0)}], ${all.length} rounds`,
  );
}

async function openOnce(
  ask: (method: EngineMethod, params: unknown) => Promise<unknown>,
): Promise<Record<string, number>> {
  const started = performance.now();
  // As the command does it: the engine begins while the page loads.
  const begun = ask('data/outline', { subject }).then(() => ask('data/profile', { subject }));
  const answers = Object.fromEntries(
    (['data/subjects', 'data/outline', 'data/profile', 'data/relations', 'data/quality', 'stages/status'] as const).map(
      (method) => [method, (params: unknown) => ask(method, params)],
    ),
  ) as Answers;
  const view = await bench.open('profile', { subject, against: null }, answers);
  const at = async (condition: () => unknown): Promise<number> => {
    await view.page.waitForFunction(condition, undefined, { polling: 'raf', timeout: 120_000 });
    return performance.now() - started;
  };
  const found = {
    'columns, rows and missing values': await at(() => document.querySelectorAll('table.columns tbody tr').length > 0),
    'every column with its distribution': await at(
      () => document.querySelectorAll('table.columns svg.miniature').length > 10,
    ),
    'what each tells of the target': await at(() => document.querySelectorAll('table.columns .bar.chance').length > 0),
    'the verdict': await at(() => document.querySelector('.verdict .codicon') !== null),
  };
  await begun;
  if (view.faults.length > 0) throw new Error(view.faults.join('\n'));
  console.log(`${await view.page.locator('table.columns tbody tr').count()} rows of the table are drawn`);
  await view.picture('profile-million-dark');
  await view.page.close();
  return found;
}

/** Twelve normals or more, a heavy tail, an id, a time, four texts of 3 to 500 levels, and the target. */
async function makeFile(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const normals = Array.from(
    { length: columns - 8 },
    (_, i) => `sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()) * ${i + 1} AS normal_${i}`,
  );
  const texts = [3, 12, 40, 500].map((levels, i) => `'level ' || (random() * ${levels})::INTEGER AS text_${i}`);
  const db = await openDatabase({});
  await db.run(
    `COPY (SELECT i AS id, TIMESTAMP '2026-01-01' + INTERVAL (i) SECOND AS at, ${[...normals, ...texts].join(', ')}, pow(1 - random(), -1.2) AS heavy, random() < 0.02 AS fraud FROM range(${rows}) t(i)) TO '${join(folder, 'big.parquet')}' (FORMAT parquet)`,
  );
  db.close();
  console.log(
    `${rows.toLocaleString('en-US')} × ${columns}, ${(statSync(join(folder, 'big.parquet')).size / 1e6).toFixed(0)} MB`,
  );
}
