import type { DriftWindow, Expectation } from '../../protocol/drift.ts';
import type { MonitorSummary } from '../../protocol/lifeCycle.ts';
import { changedText, stateText, verdictText } from '../../words/expectations.ts';
import { metricText } from '../../words/metrics.ts';
import { monitorVerdict } from '../monitoring/monitorVerdict.ts';
import { windowsOf } from '../monitoring/windows.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import type { Store } from '../store/store.ts';

/** The monitors of a project with their newest verdicts. */
export function monitorSummaries(config: ProjectConfig, store: Store | null): MonitorSummary[] {
  return Object.keys(config.monitors ?? {}).map((name) => ({
    name,
    ...newestVerdict(store ? windowsOf(store, config)(name) : []),
  }));
}

function newestVerdict(windows: readonly DriftWindow[]): Omit<MonitorSummary, 'name'> {
  const { status, drift, expectations } = monitorVerdict(windows);
  const last = windows.at(-1);
  if (!last) return { state: 'none', status: null, detail: 'no window yet' };
  const judged = windows.find(({ id }) => id === drift);
  const broken = expectations.filter(({ state }) => state === 'broken').map(brokenText);
  const few = status === 'too few labels' ? expectations.find(({ state }) => state === 'too few') : undefined;
  const detail = [
    ...broken,
    ...(judged ? driftTexts(judged, broken.length > 0) : [verdictText('not judged', last)]),
    ...(few ? [stateText(few)] : []),
    changedText((judged ?? last).changed),
  ];
  const isBad = status === 'expectation broken' || status === 'drift' || status === 'score drift';
  return {
    state: isBad ? 'attention' : judged ? 'ok' : 'none',
    status,
    detail: detail.filter(Boolean).join(' · '),
  };
}

/** `pr_auc 0.489 < 0.75`. */
function brokenText({ metric, value, min, max }: Expectation): string {
  const bound = min !== null && value !== null && value < min ? `< ${min}` : `> ${max}`;
  return `${metric} ${value === null ? '' : metricText(metric, value)} ${bound}`;
}

/** The drift of a window; a calm one is not told beside something worse. */
function driftTexts({ values, inputs, score }: DriftWindow, hasWorse: boolean): string[] {
  const judged = values.filter(({ column, kind }) => column !== '_score' && kind !== 'not judged');
  const drifted = judged.filter((value) => value.drifted).length;
  const texts = [
    ...(inputs === 'drifted' ? [`drift in ${drifted} of ${judged.length} features`] : []),
    ...(score === 'drifted' ? ['the score drifted'] : []),
  ];
  if (inputs === 'drifted') return texts;
  if (drifted > 0) return [...texts, `${drifted} of ${judged.length} features moved`];
  return texts.length > 0 || hasWorse ? texts : [`no drift in ${judged.length} features`];
}
