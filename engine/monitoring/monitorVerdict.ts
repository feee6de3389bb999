import type { DriftWindow, MonitorVerdict } from '../../protocol/drift.ts';
import { headline } from './judgeWindow.ts';

/** The states of an expectation that are a verdict on its value. */
const verdicts: ReadonlySet<string> = new Set(['met', 'uncertain', 'broken']);

/**
 * The newest verdicts of a monitor. Labels arrive later than rows, so that the newest verdict on performance is that of
 * an older window than the newest verdict on drift: a headline of the last window alone would hide it.
 */
export function monitorVerdict(windows: readonly DriftWindow[]): MonitorVerdict {
  const last = windows.at(-1);
  const drift = windows.findLast(({ inputs }) => inputs !== 'not judged');
  const expectations = (last?.expectations ?? []).map((newest) => {
    const judged = windows.findLast((window) => verdictIn(window, newest.metric) !== undefined);
    const found = judged && verdictIn(judged, newest.metric);
    return found ? { ...found, window: judged.id } : { ...newest, window: last?.id ?? 0 };
  });
  return {
    status: last ? headline(drift?.inputs ?? 'not judged', drift?.score ?? 'not judged', expectations) : 'too few rows',
    window: last?.id ?? null,
    drift: drift?.id ?? null,
    expectations,
  };
}

function verdictIn({ expectations }: DriftWindow, asked: string): DriftWindow['expectations'][number] | undefined {
  return expectations.find(({ metric, state }) => metric === asked && verdicts.has(state));
}
