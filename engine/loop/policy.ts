import { Cron } from 'croner';
import { expectationText } from '../../words/expectations.ts';
import { plural } from '../../words/numbers.ts';
import type { DriftWindow, Expectation } from '../../protocol/drift.ts';
import { durationMs, parseWindows } from '../base/duration.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import type { TriggerConfig } from '../project/schema/retraining.ts';
import { findHold, holdText, type Attempt, type Hold } from './hold.ts';

export interface Decision {
  verdict: 'retrain' | 'waiting' | 'cooling down' | 'not due' | 'no policy';
  /** The reason of the verdict, for people. */
  reason: string;
  monitor: string | null;
  /**
   * Start of the first window of the unbroken series for which the trigger holds, epoch milliseconds; null without such
   * a series, as for a schedule.
   */
  since: number | null;
  /** Why a retraining could not help now; null unless the verdict is `waiting`. */
  hold: Hold | null;
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
  /** The newest retrainings that were started, oldest first. */
  attempts: readonly Attempt[];
}

/**
 * Decides by the policy whether to retrain. A trigger holds when it holds for its count of windows in a row; during the
 * cooldown none does. A trigger whose retraining could not help now waits, and another may start meanwhile.
 */
export function decideRetraining(input: PolicyInput): Decision {
  const { config, lastRetrained, now } = input;
  const { retraining } = config;
  const none = { monitor: null, since: null, hold: null };
  if (!retraining) return { verdict: 'no policy', reason: 'no retraining policy is declared', ...none };
  const held = heldTriggers(input, retraining.when);
  const holding = held.find(({ hold, since }) => !hold && since !== null) ?? held.find(({ hold }) => !hold) ?? held[0];
  if (!holding) return { verdict: 'not due', reason: 'no trigger holds', ...none };
  const { monitor, since, hold } = holding;
  const cooldown = retraining.cooldown === undefined ? 0 : durationMs(retraining.cooldown);
  if (lastRetrained !== null && now < lastRetrained + cooldown)
    return {
      verdict: 'cooling down',
      reason: `${holding.reason}, but the cooldown of ${retraining.cooldown} runs until ${new Date(lastRetrained + cooldown).toISOString().slice(0, 16).replace('T', ' ')} UTC`,
      monitor,
      since,
      hold: null,
    };
  if (hold) return { verdict: 'waiting', reason: `${holding.reason}, but ${holdText(hold)}`, monitor, since, hold };
  return { verdict: 'retrain', reason: holding.reason, monitor, since, hold: null };
}

/**
 * The triggers that hold, in their order, each with the reason to hold it back. Triggers of one monitor answer one
 * change, which begins with the earliest of them.
 */
function heldTriggers(
  { config, windowsOf, lastRetrained, now, attempts }: PolicyInput,
  triggers: readonly TriggerConfig[],
): (Holding & { monitor: string | null; hold: Hold | null })[] {
  const ended = (monitor: string) => windowsOf(monitor).filter((window) => window.end <= now);
  const found = triggers.flatMap((trigger): (Holding & { monitor: string | null })[] => {
    if (!('schedule' in trigger)) {
      const judged = ended(trigger.monitor).filter((window) => window.changed.length === 0);
      const held = holds(trigger, judged, lastRetrained);
      return held ? [{ ...held, monitor: trigger.monitor }] : [];
    }
    // A retraining that found nothing new, or failed, is not tried again before the next time of the schedule.
    const tried =
      attempts.findLast(({ monitor, status }) => monitor === null && (status === 'waiting' || status === 'failed'))
        ?.at ?? null;
    const last = lastRetrained === null || tried === null ? (lastRetrained ?? tried) : Math.max(lastRetrained, tried);
    const held = due(trigger.schedule, last ?? firstWindow(config, windowsOf), now);
    return held ? [{ ...held, monitor: null }] : [];
  });
  return found.map((own) => {
    const { monitor, reason } = own;
    if (monitor === null) return { ...own, hold: null };
    const since = Math.min(...found.flatMap((other) => (other.monitor === monitor ? (other.since ?? []) : [])));
    return { monitor, reason, since, hold: findHold(config, { monitor, since, windows: ended(monitor) }, attempts) };
  });
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
  trigger: Exclude<TriggerConfig, { schedule: string }>,
  windows: DriftWindow[],
  lastRetrained: number | null,
): Holding | null {
  const count = trigger.for === undefined ? 1 : (parseWindows(trigger.for) ?? 1);
  // Windows without a verdict neither confirm nor break a series.
  const judged = windows.flatMap((window) => {
    const held = holdsIn(trigger, window);
    return held === null ? [] : [{ window, held }];
  });
  const series = judged.slice(judged.findLastIndex(({ held }) => !held) + 1).map(({ window }) => window);
  // A window that a retraining has answered does not count again.
  const counted = series.filter(({ end }) => lastRetrained === null || end > lastRetrained);
  const last = series.at(-1);
  if (counted.length < count || !last) return null;
  return { reason: reasonOf(trigger, last, count), since: sinceOf(series, last) };
}

/** Whether a trigger holds in a window; null when the window has no verdict on it. */
function holdsIn(trigger: Exclude<TriggerConfig, { schedule: string }>, window: DriftWindow): boolean | null {
  if ('drift' in trigger) {
    const verdict = trigger.drift === 'score' ? window.score : window.inputs;
    return verdict === 'not judged' ? null : verdict === 'drifted';
  }
  const expectation = expectationOf(window, trigger.below);
  if (expectation?.state === 'met') return false;
  return expectation?.state === 'broken' ? isBelow(expectation) : null;
}

function reasonOf(trigger: Exclude<TriggerConfig, { schedule: string }>, last: DriftWindow, count: number): string {
  const every = plural(count, 'window');
  if ('drift' in trigger) return `the ${trigger.drift === 'score' ? 'score' : 'inputs'} drifted for ${every}`;
  const expectation = expectationOf(last, trigger.below);
  return `${trigger.below} was below ${expectation?.min} for ${every}${expectation ? `, last: ${expectationText(expectation)}` : ''}`;
}

function expectationOf({ expectations }: DriftWindow, metric: string): Expectation | undefined {
  return expectations.find((expectation) => expectation.metric === metric);
}

function isBelow({ value, min }: Expectation): boolean {
  return value !== null && min !== null && value < min;
}

/** Windows of an earlier reference are another comparison: the change begins after the last of them. */
function sinceOf(series: readonly DriftWindow[], last: DriftWindow): number {
  const others = series.findLastIndex(({ referenceVersion }) => referenceVersion !== last.referenceVersion);
  return (series[others + 1] ?? last).start;
}
