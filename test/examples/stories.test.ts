import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { ModelCard } from '../../protocol/modelCard.ts';

const root = join(import.meta.dirname, '..', '..');

interface Story {
  rows: number;
  failedRequests: number;
  retrainings: { status: string; version: number | null }[];
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

describe('the fraud example', () => {
  let example: ReturnType<typeof copyOf>;
  let story: Story;
  before(() => {
    example = copyOf('fraud');
    story = example.run<Story>('loop', '--replay', 'incoming/transactions-2026-0[456].csv', '--port', '0');
  });
  after(() => rmSync(example.folder, { recursive: true, force: true }));
  const month = (name: string) => story.months.find((candidate) => candidate.month === name);

  it('has no problems to begin with', () => {
    // After a change the test part holds only rows from after it, which LW508 calls few.
    const found = example.run<{ code: string }[]>('check').filter(({ code }) => code !== 'LW508');
    assert.deepEqual(found, []);
  });

  it('plays three months through the API without losing a request', () => {
    assert.equal(story.failedRequests, 0);
    assert.ok(story.rows > 100_000, `${story.rows} rows`);
  });

  it('does well in April, falls in May when the new technique appears, and recovers in June', () => {
    const prAuc = (name: string) => month(name)?.metrics['pr_auc'] ?? 0;
    assert.ok(prAuc('2026-04') > 0.8, `April ${prAuc('2026-04')}`);
    assert.ok(prAuc('2026-05') < 0.65, `May ${prAuc('2026-05')}`);
    assert.ok(prAuc('2026-06') > 0.8, `June ${prAuc('2026-06')}`);
  });

  it('finds drift in May and none in April', () => {
    assert.deepEqual(month('2026-04')?.drifted, []);
    for (const column of ['amount', 'merchant_category', 'device_age_days'])
      assert.ok(month('2026-05')?.drifted.includes(column), column);
  });

  it('waits for the labels of the new technique, then retrains once', () => {
    assert.deepEqual(
      story.retrainings.map(({ status, version }) => [status, version]),
      [['promoted', 2]],
    );
    assert.deepEqual(month('2026-06')?.versions, [2]);
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
  it('watches a model of January week by week to June and sees the airports change', () => {
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
      );
      assert.ok(story.rows > 240_000, `${story.rows}`);
      const served = story.months.filter(({ versions, rows }) => versions.length > 0 && rows > 1000);
      assert.equal(served.length, 5);
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
