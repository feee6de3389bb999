import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { ModelCard } from '../../protocol/modelCard.ts';
import { isLong } from '../helpers/rounds.ts';

const root = join(import.meta.dirname, '..', '..');

interface Story {
  rows: number;
  months: {
    month: string;
    rows: number;
    metrics: Record<string, number | null>;
    drifted: string[];
    versions: number[];
  }[];
}

/** A copy of an example with its data, as a new user has it. */
function copyOf(name: string): { folder: string; run: <T>(...args: string[]) => T } {
  const folder = mkdtempSync(join(tmpdir(), `loopwright-${name}-`));
  cpSync(join(root, 'examples', name), folder, {
    recursive: true,
    filter: (path) => !/[\\/](incoming|data|\.loopwright|loopwright\.lock)$/.test(path),
  });
  // The generators of real data take it from the packages of the project.
  const made = spawnSync(
    process.execPath,
    [join(root, 'examples', name, 'generate.mjs'), '--out', join(folder, 'incoming')],
    { encoding: 'utf8' },
  );
  assert.equal(made.status, 0, made.stderr);
  return projectIn(folder);
}

function projectIn(folder: string): { folder: string; run: <T>(...args: string[]) => T } {
  return {
    folder,
    run: <T>(...args: string[]) => {
      const result = spawnSync(
        process.execPath,
        [join(root, 'dist', 'cli.cjs'), ...args, '--json', '--project', folder],
        { encoding: 'utf8', maxBuffer: 64 << 20 },
      );
      assert.equal(result.status, 0, `${args.join(' ')}: ${result.stdout.slice(0, 2000)}${result.stderr.slice(-2000)}`);
      return JSON.parse(result.stdout) as T;
    },
  };
}

/** What `loopwright monitor` says of a window. */
interface Window {
  start: number;
  rows: number;
  errorRate: number;
  modelVersions: number[];
  performance: Record<string, number | null>;
  values: { column: string; drifted: boolean }[];
}

/** In CI the demo was played just before, by a step of its own. */
const played = join(root, 'build', 'demo', 'fraud');
const isPlayed = process.env['CI'] !== undefined && existsSync(join(played, 'loopwright.lock'));

describe('the fraud example', () => {
  let example: ReturnType<typeof copyOf>;
  let windows: Window[];
  before(() => {
    example = isPlayed ? projectIn(played) : copyOf('fraud');
    if (!isPlayed) example.run('loop', '--replay', 'incoming/transactions-2026-0[456].csv', '--port', '0');
    ({ windows } = example.run<{ windows: Window[] }>('monitor', 'production'));
  });
  after(() => isPlayed || rmSync(example.folder, { recursive: true, force: true }));
  /** The windows that begin in a month, of 2026. */
  const month = (number: number) => windows.filter(({ start }) => new Date(start).getUTCMonth() === number - 1);

  it('has no problems to begin with', () => {
    // After a change the test part holds only rows from after it, which LW508 calls few.
    const found = example.run<{ code: string }[]>('check').filter(({ code }) => code !== 'LW508');
    assert.deepEqual(found, []);
  });

  it('plays three months through the API without losing a request', () => {
    assert.ok(windows.every(({ errorRate }) => errorRate === 0));
    const rows = windows.reduce((sum, window) => sum + window.rows, 0);
    assert.ok(rows > 100_000, `${rows} rows`);
  });

  it('does well in April, falls in May when the new technique appears, and recovers in June', () => {
    const prAuc = (number: number) => month(number).map(({ performance }) => performance['pr_auc'] ?? -1);
    assert.ok(Math.min(...prAuc(4).slice(0, -1)) > 0.75, `April ${prAuc(4)}`);
    assert.ok(Math.max(...prAuc(5).slice(0, -1)) < 0.65, `May ${prAuc(5)}`);
    assert.ok(Math.min(...prAuc(6)) > 0.75, `June ${prAuc(6)}`);
  });

  it('finds drift in May and none in April', () => {
    const drifted = (window: Window) => window.values.filter((one) => one.drifted).map(({ column }) => column);
    // The last week of April ends in May.
    assert.deepEqual(month(4).slice(0, -1).flatMap(drifted), []);
    for (const window of month(5).slice(0, -1))
      for (const column of ['amount', 'merchant_category', 'device_age_days'])
        assert.ok(drifted(window).includes(column), column);
  });

  it('waits for the labels of the new technique, then retrains once', () => {
    const versions = example.run<{ version: number; isChampion: boolean }[]>('models');
    assert.deepEqual(
      versions.map(({ version, isChampion }) => [version, isChampion]),
      [
        [2, true],
        [1, false],
      ],
    );
    for (const { modelVersions } of month(6)) assert.deepEqual(modelVersions, [2]);
  });

  it('serves a fit on all rows of the window, and keeps the tested one', () => {
    const { refit, data } = example.run<ModelCard>('models', 'card', '2');
    assert.ok(refit?.kind === 'served');
    assert.equal(refit.rows, data.rows.train + data.rows.validation + data.rows.test);
  });

  it('stops bad rows at the door and counts them by rule', () => {
    const transactions = example
      .run<{ datasets: { name: string; snapshot: { rows: number; quarantined: number } | null }[] }>('status')
      .datasets.find((dataset) => dataset.name === 'transactions');
    const quarantined = transactions?.snapshot?.quarantined ?? 0;
    const share = quarantined / ((transactions?.snapshot?.rows ?? 0) + quarantined);
    assert.ok(share > 0.004 && share < 0.007, `${share}`);
  });
});

describe('the penguins example', () => {
  it('trains on real measurements and passes its gates', () => {
    const example = copyOf('penguins');
    try {
      assert.equal(example.run<{ status: string }>('run').status, 'finished');
      const [version] =
        example.run<{ gatesPassed: number; gatesTotal: number; metrics: Record<string, number> }[]>('models');
      assert.equal(version?.gatesPassed, version?.gatesTotal);
      assert.ok((version?.metrics['accuracy'] ?? 0) >= 0.9);
    } finally {
      rmSync(example.folder, { recursive: true, force: true });
    }
  });
});

describe('the flights example', () => {
  it('watches a model of January week by week and sees the airports change', () => {
    const example = copyOf('flights');
    try {
      const story = example.run<Story>(
        'loop',
        '--replay',
        'incoming/*.parquet',
        '--sql',
        'sql/stream.sql',
        '--from',
        '2001-02-01',
        ...(isLong ? [] : ['--to', '2001-04-01']),
      );
      assert.ok(story.rows > (isLong ? 240_000 : 80_000), `${story.rows}`);
      const served = story.months.filter(({ versions, rows }) => versions.length > 0 && rows > 1000);
      assert.equal(served.length, isLong ? 5 : 2);
      for (const { month, metrics } of served)
        assert.ok((metrics['roc_auc'] ?? 0) > 0.6, `${month} ${metrics['roc_auc']}`);
      assert.ok(
        served.every(({ drifted }) => drifted.includes('origin_delay') || drifted.includes('destination_delay')),
      );
    } finally {
      rmSync(example.folder, { recursive: true, force: true });
    }
  });
});
