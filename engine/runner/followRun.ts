import { setTimeout as pause } from 'node:timers/promises';
import type { RunStatus } from '../../protocol/lifeCycle.ts';
import { readLog } from '../tracking/readLog.ts';
import { getRun } from '../tracking/runDetail.ts';
import { markInterrupted } from '../tracking/openStore.ts';
import { type Store } from '../store/store.ts';
import type { RunEvents } from './runRequest.ts';

/** The log grows while the run goes. A file watcher may miss changes, and reading it costs little. */
const lookMs = 200;

/**
 * Reports the events of a run in another process, from its first line on, as if it ran here. Resolves with its status,
 * or with null when `signal` aborts first; the run continues then.
 */
export async function followRun(
  store: Store,
  runId: string,
  events: RunEvents,
  signal: AbortSignal,
): Promise<RunStatus | null> {
  const offsets = new Map<string, number>();
  const ended = new Set<string>();
  const rest = new Map<string, string>();
  for (;;) {
    markInterrupted(store);
    const run = getRun(store, runId);
    for (const { stage, status, kind, reasons, summary, durationMs } of run.stages) {
      if (ended.has(stage)) continue;
      if (status === 'skipped') {
        events.onSkip?.(stage);
        ended.add(stage);
        continue;
      }
      if (!offsets.has(stage)) events.onStage?.(stage, kind, reasons);
      const open = takeLog(store, runId, stage, offsets, rest, events);
      if (status === 'running') {
        events.onOpen?.(stage, open);
        continue;
      }
      events.onOpen?.(stage, []);
      ended.add(stage);
      events.onStageEnd?.(stage, status, summary, durationMs ?? 0);
    }
    if (run.status !== 'running' && run.status !== 'scheduled') return run.status;
    if (signal.aborted) return null;
    await pause(lookMs, undefined, { signal }).catch(() => {});
  }
}

function takeLog(
  store: Store,
  runId: string,
  stage: string,
  offsets: Map<string, number>,
  rest: Map<string, string>,
  events: RunEvents,
): string[] {
  for (;;) {
    const offset = offsets.get(stage) ?? 0;
    const part = readLog(store, runId, stage, offset);
    offsets.set(stage, part.next);
    const lines = ((rest.get(stage) ?? '') + part.text).split('\n');
    rest.set(stage, lines.pop() ?? '');
    for (const line of lines) events.onLog?.(stage, line);
    if (part.next === offset) return part.open ? part.open.split('\n') : [];
  }
}
