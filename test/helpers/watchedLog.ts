import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { evaluateMonitor } from '../../engine/monitoring/evaluateMonitor.ts';
import { configFor, loadProject } from '../../engine/project/loadProject.ts';
import { seededRandom } from '../../engine/statistics/random.ts';
import { makeProject } from './makeProject.ts';
import { runIn } from './runIn.ts';

const day = 86_400_000;
const firstDay = Date.UTC(2026, 2, 1);
/** Epoch milliseconds, this many days after the first of the log. */
export const at = (days: number) => firstDay + days * day;

export interface ScoredRow {
  id: string;
  at: string;
  amount: number;
  country: string;
  made: string | null;
  score: number | null;
  truth: string | null;
}

/** Rows that another program scored over some days. `shift` moves the amounts, `wrong` is the share of bad answers. */
export function scored(options: {
  days: number;
  from: number;
  rows: number;
  seed: number;
  shift?: number;
  wrong?: number;
}): ScoredRow[] {
  const { days, from, rows, seed, shift = 0, wrong = 0.1 } = options;
  const random = seededRandom(seed);
  return Array.from({ length: rows }, (_, i) => {
    const amount = random.next() * 100 + shift;
    const score = Math.min(1, Math.max(0, random.next() * 0.3 + amount / 160));
    const truth = random.next() < wrong ? score < 0.5 : score >= 0.5;
    return {
      id: `${seed}-${i}`,
      at: new Date(at(from) + ((i + 0.5) / rows) * days * day).toISOString().slice(0, 19),
      amount: Number(amount.toFixed(2)),
      country: ['de', 'fr', 'pl'][random.integer(3)] ?? '',
      made: score >= 0.5 ? 'fraud' : 'fine',
      score: Number(score.toFixed(4)),
      truth: truth ? 'fraud' : 'fine',
    };
  });
}

const csvOf = (rows: readonly ScoredRow[]) =>
  `id,at,amount,country,made,score,truth\n${rows
    .map((row) =>
      Object.values(row)
        .map((value) => value ?? '')
        .join(','),
    )
    .join('\n')}\n`;

const schema = `fields:
  - { name: id, type: string, loopwright: { role: id } }
  - { name: at, type: datetime, loopwright: { role: timestamp } }
  - { name: amount, type: number, loopwright: { role: feature, drift: { threshold: 0.3 } } }
  - { name: country, type: string, loopwright: { role: feature, drift: { threshold: 0.3 } } }
  - { name: made, type: string, loopwright: { role: prediction } }
  - { name: score, type: number, loopwright: { role: score, drift: { threshold: 0.3 } } }
  - { name: truth, type: string, categories: [fine, fraud], loopwright: { role: target, positive: fraud } }
`;
const labelsSchema = `fields:
  - { name: id, type: string, loopwright: { role: id } }
  - { name: truth, type: string, loopwright: { role: target } }
`;

/** A project that knows nothing but a validated table and the log that a program elsewhere writes. */
export async function watchedLog(log: readonly ScoredRow[], more = '') {
  const root = makeProject({
    'past/march.csv': csvOf(scored({ from: -30, days: 30, rows: 3000, seed: 1 })),
    'log/april.csv': csvOf(log),
    'scored.dataset.yaml': schema,
    'labels.dataset.yaml': labelsSchema,
    'labels/a.csv': 'id,truth\n',
    'loopwright.yaml': `version: 1
project: elsewhere
datasets:
  past: { path: past/*.csv, schema: scored.dataset.yaml }
  log: { path: log/*.csv, schema: scored.dataset.yaml }
  labels: { path: labels/*.csv, schema: labels.dataset.yaml }
stages:
  validate: { uses: validate, with: { predictions: past } }
monitors:
  theirs:
    predictions: log
    reference: validate
    window: { every: 1d, min_rows: 100 }
    expect: { accuracy: { min: 0.85 } }
${more}`,
  });
  const runner = runIn(root);
  assert.equal((await runner.run()).error, null);
  const loaded = () => {
    const project = loadProject(root);
    return { project, config: configFor(project, 'default') };
  };
  const evaluate = (days: number) =>
    evaluateMonitor({ ...loaded(), store: runner.store, monitor: 'theirs', now: at(days) });
  const write = (rows: readonly ScoredRow[], file = 'log/april.csv') => writeFileSync(join(root, file), csvOf(rows));
  return { ...runner, loaded, evaluate, write };
}
