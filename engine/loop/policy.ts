import { Cron } from 'croner';
import type { DriftWindow } from '../../protocol/drift.ts';
import { durationMs, parseWindows } from '../base/duration.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import type { TriggerConfig } from '../project/schema/retraining.ts';
import { brokenBounds } from '../monitoring/bounds.ts';

export interface Decision {
  verdict: 'retrain' | 'cooling down' | 'not due' | 'no policy';
  /** The reason of the verdict, for people. */
  reason: string;
  monitor: string | null;
}

export interface PolicyInput {
  config: ProjectConfig;
  windowsOf: (monitor: string) => DriftWindow[];
  /** When the model was last retrained, by the clock of `now`; null for never. */
  lastRetrained: number | null;
  now: number;
}

/**
 * Decides by the policy whether to retrain. A trigger holds when it holds for its count of windows in a row; during the
 * cooldown none does.
 */
export function decideRetraining({ config, windowsOf, lastRetrained, now }: PolicyInput): Decision {
  const { retraining } = config;
  if (!retraining) return { verdict: 'no policy', reason: 'no retraining policy is declared', monitor: null };
  const ended = (monitor: string) =>
    windowsOf(monitor).filter((window) => window.end <= now && (lastRetrained === null || window.end > lastRetrained));
  const holding = retraining.when
    .map((trigger) => ({
      monitor: 'schedule' in trigger ? null : trigger.monitor,
      reason:
        'schedule' in trigger
          ? due(trigger.schedule, lastRetrained ?? firstWindow(config, windowsOf), now)
          : holds(config, trigger, ended(trigger.monitor)),
    }))
    .find(({ reason }) => reason !== null);
  if (!holding?.reason) return { verdict: 'not due', reason: 'no trigger holds', monitor: null };
  const cooldown = retraining.cooldown === undefined ? 0 : durationMs(retraining.cooldown);
  if (lastRetrained !== null && now < lastRetrained + cooldown)
    return {
      verdict: 'cooling down',
      reason: `${holding.reason}, but the cooldown of ${retraining.cooldown} runs until ${new Date(lastRetrained + cooldown).toISOString().slice(0, 16).replace('T', ' ')} UTC`,
      monitor: holding.monitor,
    };
  return { verdict: 'retrain', reason: holding.reason, monitor: holding.monitor };
}

/** The reason when a time of the schedule has come since the last retraining, or since the start of the watch. */
function due(schedule: string, since: number | null, now: number): string | null {
  const next = since === null ? null : new Cron(schedule, { timezone: 'UTC' }).nextRun(new Date(since));
  return next && next.getTime() <= now
    ? `the schedule ${schedule} was due at ${next.toISOString().slice(0, 16).replace('T', ' ')} UTC`
    : null;
}

function firstWindow(config: ProjectConfig, windowsOf: PolicyInput['windowsOf']): number | null {
  const ends = Object.keys(config.monitors ?? {}).flatMap((monitor) => windowsOf(monitor).map((window) => window.end));
  return ends.length === 0 ? null : Math.min(...ends);
}

function holds(
  config: ProjectConfig,
  trigger: Exclude<TriggerConfig, { schedule: string }>,
  windows: DriftWindow[],
): string | null {
  const monitor = config.monitors?.[trigger.monitor];
  if (!monitor) return null;
  const count = trigger.for === undefined ? 1 : (parseWindows(trigger.for) ?? 1);
  // Windows without a verdict neither confirm nor break a series.
  const metric = 'below' in trigger ? trigger.below : null;
  const judged = windows.filter(
    (window) => window.status !== 'too few rows' && (metric === null || window.performance[metric] !== undefined),
  );
  const latest = judged.slice(-count);
  if (latest.length < count) return null;
  const every = `${count} ${count === 1 ? 'window' : 'windows'}`;
  if (metric === null)
    return latest.every((window) => window.status === 'drift') ? `the inputs drifted for ${every}` : null;
  const below = latest.map((window) =>
    brokenBounds(monitor, window).find(
      (bound) => bound.metric === metric && bound.min !== null && bound.value < bound.min,
    ),
  );
  return below.every((bound) => bound !== undefined)
    ? `${metric} was below ${below[0]?.min} for ${every} (last ${Number(below.at(-1)?.value.toFixed(3))})`
    : null;
}
