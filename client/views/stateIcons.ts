import type { DeploymentSummary, LifeState, RunStatus, StageState } from '../../protocol/lifeCycle.ts';

interface StateLook {
  icon: string;
  color: string;
  /** The state in a word, because colour and shape alone do not reach everyone. */
  word: string;
}

const done = { icon: 'pass', color: 'testing.iconPassed' };
const working = { icon: 'loading~spin', color: 'charts.blue' };
const broken = { icon: 'error', color: 'testing.iconFailed' };
const old = { icon: 'history', color: 'charts.yellow' };
const warn = { icon: 'warning', color: 'problemsWarningIcon.foreground' };
const refused = { icon: 'thumbsdown', color: 'charts.orange' };
const quiet = { icon: 'circle-outline', color: 'disabledForeground' };

export const lifeLook: Record<LifeState, StateLook> = {
  ok: { ...done, word: 'up to date' },
  stale: { ...old, word: 'stale' },
  attention: { ...warn, word: 'needs attention' },
  running: { ...working, word: 'running' },
  failed: { ...broken, word: 'failed' },
  refused: { ...refused, word: 'refused by its gates' },
  none: { ...quiet, word: 'nothing yet' },
};

export const stageLook: Record<StageState, StateLook> = {
  fresh: { ...done, word: 'fresh' },
  stale: { ...old, word: 'stale' },
  never: { ...quiet, word: 'never ran' },
  running: { ...working, word: 'running' },
  failed: { ...broken, word: 'failed' },
  refused: { ...refused, word: 'refused by its gates' },
  blocked: { icon: 'circle-slash', color: 'disabledForeground', word: 'waits for an earlier stage' },
};

export const runLook: Record<RunStatus, StateLook> = {
  scheduled: { icon: 'clock', color: 'disabledForeground', word: 'scheduled' },
  running: { ...working, word: 'running' },
  finished: { ...done, word: 'finished' },
  failed: { ...broken, word: 'failed' },
  refused: { ...refused, word: 'refused by its gates' },
  cancelled: { icon: 'circle-slash', color: 'disabledForeground', word: 'cancelled' },
  interrupted: { icon: 'debug-disconnect', color: 'charts.yellow', word: 'interrupted' },
};

export const deploymentLook: Record<DeploymentSummary['state'], StateLook> = {
  healthy: { ...done, word: 'healthy' },
  stopped: { ...quiet, word: 'stopped' },
  unreachable: { ...broken, word: 'unreachable' },
};
