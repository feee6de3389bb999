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
  /**
   * Start of the first window of the unbroken series for which the trigger holds, epoch milliseconds; null without such
   * a series, as for a schedule.
   */
  since: number | null;
}

/** A trigger that holds. */
interface Holding {
  reason: string;
  since: number | null;
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
  if (!retraining)
    return { verdict: 'no policy', reason: 'no retraining policy is declared', monitor: null, since: null };
  const ended = (monitor: string) => windowsOf(monitor).filter((window) => window.end <= now);
  const holding = retraining.when
    .map((trigger) => {
      const held =
        'schedule' in trigger
          ? due(trigger.schedule, lastRetrained ?? firstWindow(config, windowsOf), now)
          : holds(config, trigger, ended(trigger.monitor), lastRetrained);
      return held && { ...held, monitor: 'schedule' in trigger ? null : trigger.monitor };
    })
    .find((held) => held !== null);
  if (!holding) return { verdict: 'not due', reason: 'no trigger holds', monitor: null, since: null };
  const { monitor, since } = holding;
  const cooldown = retraining.cooldown === undefined ? 0 : durationMs(retraining.cooldown);
  if (lastRetrained !== null && now < lastRetrained + cooldown)
    return {
      verdict: 'cooling down',
      reason: `${holding.reason}, but the cooldown of ${retraining.cooldown} runs until ${new Date(lastRetrained + cooldown).toISOString().slice(0, 16).replace('T', ' ')} UTC`,
      monitor,
      since,
    };
  return { verdict: 'retrain', reason: holding.reason, monitor, since };
}

/** The reason when a time of the schedule has come since the last retraining, or since the start of the watch. */
function due(schedule: string, since: number | null, now: number): Holding | null {
  const next = since === null ? null : new Cron(schedule, { timezone: 'UTC' }).nextRun(new Date(since));
  return next && next.getTime() <= now
    ? {
        reason: `the schedule ${schedule} was due at ${next.toISOString().slice(0, 16).replace('T', ' ')} UTC`,
        since: null,
      }
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
  lastRetrained: number | null,
): Holding | null {
  const monitor = config.monitors?.[trigger.monitor];
  if (!monitor) return null;
  const count = trigger.for === undefined ? 1 : (parseWindows(trigger.for) ?? 1);
  // Windows without a verdict neither confirm nor break a series.
  const metric = 'below' in trigger ? trigger.below : null;
  const judged = windows.filter(
    (window) => window.status !== 'too few rows' && (metric === null || window.performance[metric] !== undefined),
  );
  const broken = (window: DriftWindow) =>
    brokenBounds(monitor, window).find(
      (bound) => bound.metric === metric && bound.min !== null && bound.value < bound.min,
    );
  const holdsIn = (window: DriftWindow) => (metric === null ? window.status === 'drift' : broken(window) !== undefined);
  const series = judged.slice(judged.findLastIndex((window) => !holdsIn(window)) + 1);
  // A window that a retraining has answered does not count again.
  const counted = series.filter(({ end }) => lastRetrained === null || end > lastRetrained);
  const [first, last] = [series[0], series.at(-1)];
  if (counted.length < count || !first || !last) return null;
  const every = `${count} ${count === 1 ? 'window' : 'windows'}`;
  const bound = broken(last);
  return {
    reason: bound
      ? `${metric} was below ${bound.min} for ${every} (last ${Number(bound.value.toFixed(3))})`
      : `the inputs drifted for ${every}`,
    since: sinceOf(series, last),
  };
}

/** Windows of an earlier reference are another comparison: the change begins after the last of them. */
function sinceOf(series: readonly DriftWindow[], last: DriftWindow): number {
  const others = series.findLastIndex(({ referenceVersion }) => referenceVersion !== last.referenceVersion);
  return (series[others + 1] ?? last).start;
}
