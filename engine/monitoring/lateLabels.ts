import type { DriftWindow } from '../../protocol/drift.ts';
import type { ModelVersion } from '../registry/modelVersions.ts';
import type { ServingRole } from '../serving/predictionLog.ts';
import { labelDelay, type SourceRequest, type Span } from './sourceRequest.ts';
import { labelTimes } from './windowLabels.ts';
import { listWindows } from './windows.ts';

interface Answers {
  versionOf(span: Span): ModelVersion | null;
  /** Calls `visit` with the time and the key of each answered prediction of a span. */
  eachKey(span: Span, visit: (at: number, key: string) => void): Promise<void>;
}

/** A window accepts labels at least this long after its end. */
const shortestWait = 30 * 86_400_000;
/** Labels may be this many delays late. */
const delays = 4;
/** A window with a verdict is judged again when its labels are this many times as many: each verdict is a chance to err. */
const growth = 1.5;

/**
 * Starts of the windows that were judged after the delay of their labels, and whose labels came later still. A window
 * without a verdict takes any new label; one with a verdict takes half as many again, or the last ones.
 */
export async function windowsWithLateLabels(
  request: SourceRequest,
  role: ServingRole,
  { versionOf, eachKey }: Answers,
): Promise<number[]> {
  const { store, monitor, declared, now } = request;
  if (!declared.labels) return [];
  const wait = Math.max(shortestWait, delays * labelDelay(declared));
  const windows = new Map(
    listWindows(store, monitor, declared, role)
      .filter((window) => now < window.end + wait && arrived(window) < window.rows)
      .map((window) => [window.start, window]),
  );
  const spans = [...windows.values()];
  const [first, last] = [spans[0], spans.at(-1)];
  if (!first || !last) return [];
  const target = versionOf(last)?.report.target;
  if (target === undefined) return [];
  const times = await labelTimes({
    ...request,
    db: await request.database(),
    labels: declared.labels,
    target,
    from: first.start,
  });
  if (times.size === 0) return [];
  const every = first.end - first.start;
  const counts = new Map<number, number>();
  await eachKey({ start: first.start, end: last.end }, (at, key) => {
    const time = times.get(key);
    const start = Math.floor(at / every) * every;
    // A label of before the window is that of an earlier row with the same key.
    if (time === undefined || (time !== null && time < start)) return;
    counts.set(start, (counts.get(start) ?? 0) + 1);
  });
  return spans.filter((window) => isWorthJudging(window, counts.get(window.start) ?? 0)).map(({ start }) => start);
}

function isWorthJudging(window: DriftWindow, labels: number): boolean {
  const before = arrived(window);
  if (labels <= before) return false;
  const lacksVerdict = window.expectations.some(({ of, state }) => of === 'labels' && state === 'too few');
  return lacksVerdict || labels >= growth * before || labels >= window.rows;
}

/** Labels that the window knew, with those that are no class of the model. */
function arrived({ labelled, labelFaults }: DriftWindow): number {
  return labelled + (labelFaults?.unknown ?? 0);
}
