import type { DriftWindow } from '../../protocol/drift.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';

/** Why a retraining is held back: it could not help now. Times are epoch milliseconds. */
export type Hold =
  /** Too few labelled rows are from after the change. */
  | { kind: 'too few new rows'; since: number; rows: number; needed: number }
  /** The last challenger for the same change failed its gates, and few rows have come since. */
  | { kind: 'failed before'; since: number | null; rows: number; needed: number; version: number | null }
  /** The run of the last retraining for the same change failed, and few rows have come since. */
  | { kind: 'run failed'; since: number; rows: number; needed: number }
  /** The training rows are those of the last training. */
  | { kind: 'nothing new' }
  /** The stages under `run` contain none that trains the model. */
  | { kind: 'trains nothing' };

/** The newest retraining that was started, and how it ended. */
export interface Attempt {
  at: number;
  monitor: string | null;
  /** Start of the change that it answered; null for none. */
  since: number | null;
  status: 'promoted' | 'proposed' | 'rejected' | 'failed' | 'waiting';
  hold: Hold | null;
  /** The challenger; null when none was trained. */
  version: number | null;
  /** Rows of the windows from `since` on at that time: the labelled ones where there are labels. */
  rows: number;
}

/** A trigger that holds, with the windows of its monitor. */
export interface HeldTrigger {
  monitor: string | null;
  since: number | null;
  windows: readonly DriftWindow[];
}

/** A retraining of nearly the same rows gives nearly the same model, so it needs this many times the rows. */
const growth = 1.2;

/** The smallest default of `min_new_rows`; docs/retraining.md. */
const fewestNewRows = 300;

/** Labelled rows from after a change that a retraining needs. */
export function neededRows({ retraining, monitors }: ProjectConfig, monitor: string | null): number {
  const declared = monitor === null ? undefined : monitors?.[monitor]?.window.min_rows;
  return retraining?.min_new_rows ?? Math.max(declared ?? 0, fewestNewRows);
}

/** Returns why a retraining for a trigger could not help, as far as the windows say; null when nothing speaks against it. */
export function findHold(config: ProjectConfig, trigger: HeldTrigger, attempts: readonly Attempt[]): Hold | null {
  const { since, monitor, windows } = trigger;
  const same = attempts.findLast((attempt) => attempt.since === since && attempt.monitor === monitor);
  const isUnsuccessful = same?.status === 'rejected' || same?.status === 'waiting' || same?.status === 'failed';
  const rows = newRows(config, trigger);
  if (since !== null && hasLabels(config, monitor, windows)) {
    const needed = neededRows(config, monitor);
    if (rows < needed) return { kind: 'too few new rows', since, rows, needed };
  }
  if (!isUnsuccessful || since === null) return null;
  const needed = Math.max(same.rows + 1, Math.ceil(same.rows * growth));
  if (rows >= needed) return null;
  if (same.status === 'failed') return { kind: 'run failed', since, rows, needed };
  return same.hold ?? { kind: 'failed before', since, rows, needed, version: same.version };
}

/** Rows of the windows from the change on: the labelled ones where the monitor has labels. */
export function newRows(config: ProjectConfig, { monitor, since, windows }: HeldTrigger): number {
  const count = hasLabels(config, monitor, windows) ? 'labelled' : 'rows';
  return windows
    .filter(({ start }) => since === null || start >= since)
    .reduce((sum, window) => sum + window[count], 0);
}

function hasLabels({ monitors }: ProjectConfig, monitor: string | null, windows: readonly DriftWindow[]): boolean {
  return (
    (monitor !== null && monitors?.[monitor]?.labels !== undefined) || windows.some(({ labelled }) => labelled > 0)
  );
}

/** A hold as a sentence part, for people. */
export function holdText(hold: Hold): string {
  switch (hold.kind) {
    case 'too few new rows':
      return `${hold.rows} of ${hold.needed} labelled rows from ${day(hold.since)} on are there`;
    case 'failed before':
      return `${hold.version === null ? 'the last challenger' : `v${hold.version}`} failed its gates for the same change${hold.since === null ? '' : ` of ${day(hold.since)}`}, and ${hold.rows} of the ${hold.needed} rows for another try are there`;
    case 'run failed':
      return `the last retraining for the same change of ${day(hold.since)} failed, and ${hold.rows} of the ${hold.needed} rows for another try are there`;
    case 'nothing new':
      return 'the training rows are those of the last training';
    case 'trains nothing':
      return 'the stages under `run` contain none that trains the model';
  }
}

function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
