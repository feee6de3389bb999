import { createHash } from 'node:crypto';
import { durationMs } from '../base/duration.ts';
import type { MonitorConfig } from '../project/schema/monitors.ts';
import { fewestLabels, fewestRows } from './expectations.ts';

/** The rules of judging. A change that gives other verdicts on the same rows raises the number. */
const rules = 4;

/**
 * The settings that decide the verdict on a window, in the shape of the monitor, with durations in milliseconds and
 * defaults filled in.
 */
export interface JudgingSettings {
  rules: number;
  deployment?: string | undefined;
  predictions?: string | undefined;
  reference: string;
  window: { every: number; min_rows: number };
  labels?: { dataset: string; key: string; delay: number; min: number } | undefined;
  drift: NonNullable<MonitorConfig['drift']>;
  expect: NonNullable<MonitorConfig['expect']>;
}

export function judgingSettings(monitor: MonitorConfig): JudgingSettings {
  const { deployment, predictions, reference, window, labels, drift, expect } = monitor;
  return {
    rules,
    deployment,
    predictions,
    reference,
    window: { every: durationMs(window.every), min_rows: window.min_rows ?? fewestRows },
    labels: labels && {
      dataset: labels.dataset,
      key: labels.key,
      delay: labels.delay === undefined ? 0 : durationMs(labels.delay),
      min: labels.min ?? fewestLabels,
    },
    drift: { profile: 'loopwright', share: 0.5, ...drift },
    expect: expect ?? {},
  };
}

/** SHA-256 of the settings, whatever the order of their keys. */
export function settingsHash(settings: JudgingSettings): string {
  return createHash('sha256')
    .update(JSON.stringify([...flat(settings)].toSorted(([a], [b]) => (a < b ? -1 : 1))))
    .digest('hex');
}

/** The keys whose values differ, such as `drift.share`; `rules` alone where the rules of judging do. */
export function changedSettings(then: JudgingSettings, now: JudgingSettings): string[] {
  if (then.rules !== now.rules) return ['rules'];
  const [before, after] = [flat(then), flat(now)];
  return [...new Set([...before.keys(), ...after.keys()])].filter((key) => before.get(key) !== after.get(key));
}

/** The leaves by path; each bound of `expect` is one. */
function flat(value: object, path = '', leaves = new Map<string, string>()): Map<string, string> {
  for (const [key, part] of Object.entries(value) as [string, unknown][]) {
    if (part === undefined) continue;
    const at = path === '' ? key : `${path}.${key}`;
    if (typeof part === 'object' && part !== null && path !== 'expect') flat(part, at, leaves);
    else leaves.set(at, JSON.stringify(part));
  }
  return leaves;
}
