import type { DriftWindow, ExpectationState, MonitorVerdict } from '../../protocol/drift.ts';
import { headline } from './judgeWindow.ts';

/** The states of an expectation that are a verdict on its value. */
const verdicts: ReadonlySet<ExpectationState> = new Set(['met', 'uncertain', 'broken']);
/** The states of an expectation whose labels had their time. */
const dueStates: ReadonlySet<ExpectationState> = new Set([...verdicts, 'too few']);

/**
 * The newest verdicts of a monitor. Labels arrive later than rows, so that the newest verdict on performance is that of
 * an older window than the newest verdict on drift: a headline of the last window alone would hide it.
 */
export function monitorVerdict(windows: readonly DriftWindow[]): MonitorVerdict {
  const last = windows.at(-1);
  const drift = windows.findLast(({ inputs }) => inputs !== 'not judged');
  const expectations = (last?.expectations ?? []).map((newest) => {
    const judged = newestOf(windows, newest.metric, verdicts);
    const isLate = newest.of === 'labels' && judged?.state !== 'broken';
    // Labels that stopped coming hide no broken expectation, and a verdict of long ago does not stand for them.
    const found = isLate ? newestOf(windows, newest.metric, dueStates) : judged;
    return found ?? { ...newest, window: last?.id ?? 0 };
  });
  return {
    status: last ? headline(drift?.inputs ?? 'not judged', drift?.score ?? 'not judged', expectations) : 'too few rows',
    window: last?.id ?? null,
    drift: drift?.id ?? null,
    expectations,
  };
}

function newestOf(
  windows: readonly DriftWindow[],
  asked: string,
  states: ReadonlySet<ExpectationState>,
): MonitorVerdict['expectations'][number] | undefined {
  for (const { id, expectations } of windows.toReversed()) {
    const found = expectations.find(({ metric, state }) => metric === asked && states.has(state));
    if (found) return { ...found, window: id };
  }
  return undefined;
}
