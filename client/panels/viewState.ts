import type { DataSubject } from '../../protocol/dataProfile.ts';
import type { ViewName, ViewState } from '../../protocol/webview.ts';

/** What a panel is about, as a key: one that is open is brought to the front. */
export function keyOf<V extends ViewName>(view: V, root: string, state: ViewState[V]): string {
  if ('version' in state)
    return `${view} ${root} ${'address' in state ? state.address : ''} ${state.name ?? ''} ${state.version}`;
  if ('subject' in state) return `${view} ${root} ${state.subject === null ? '' : nameOf(state.subject)}`;
  if ('task' in state) return `${view} ${root} ${state.task ?? ''}`;
  if ('stage' in state) return `${view} ${root} ${state.stage}`;
  return 'monitor' in state ? `${view} ${root} ${state.monitor}` : `${view} ${root}`;
}

/** The title of the tab until the view says better. */
export function titleOf<V extends ViewName>(view: V, project: string, state: ViewState[V]): string {
  if ('address' in state && state.address !== undefined) return `Model: ${state.address.replace(/^.*[\\/](?=.)/, '')}`;
  if ('version' in state)
    return `${state.name ?? project} ${typeof state.version === 'number' ? `v${state.version}` : (state.version ?? '')}`.trim();
  if ('data' in state) return 'Create a project';
  if ('subject' in state) return state.subject === null ? `Data: ${project}` : `Profile: ${shortName(state.subject)}`;
  if ('task' in state) return state.task === null ? `Label: ${project}` : `Label: ${state.task}`;
  if ('stage' in state) return `Preview: ${state.stage}`;
  return view === 'drift' && 'monitor' in state ? `Drift: ${state.monitor}` : `Runs: ${project}`;
}

export function readKept(kept: unknown): { root: string; state: unknown } | null {
  if (typeof kept !== 'object' || kept === null || !('root' in kept) || typeof kept.root !== 'string') return null;
  return { root: kept.root, state: 'state' in kept ? kept.state : null };
}

const fallback: ViewState = {
  runHistory: { experiment: null, runId: null },
  modelCard: { name: null, version: 'latest' },
  drift: { monitor: '' },
  profile: { subject: null, against: null },
  labelling: { task: null, labeller: null },
  start: { data: null },
  sourcePreview: { stage: '' },
};

/** What a webview kept is input like any other: taken only where it has the right shape. */
export function checkState<V extends ViewName>(view: V, state: unknown): ViewState[V] {
  const base = fallback[view];
  if (typeof state !== 'object' || state === null) return base;
  const kept = new Map<string, unknown>(Object.entries(state));
  if (view === 'profile') {
    const subject = readDataSubject(kept.get('subject'));
    const about: ViewState['profile'] = { subject, against: subject && readDataSubject(kept.get('against')) };
    return { ...base, ...about };
  }
  const address = kept.get('address');
  if (view === 'modelCard' && address !== undefined && typeof address !== 'string') return base;
  const fits = Object.entries(base).every(([key, value]) => {
    const other = kept.get(key);
    return value === null
      ? other === null || other === undefined || typeof other === 'string'
      : typeof other === 'string' || typeof other === 'number';
  });
  return fits ? { ...base, ...state } : base;
}

/** Null for whatever is no subject. */
export function readDataSubject(given: unknown): DataSubject | null {
  if (typeof given !== 'object' || given === null || !('kind' in given)) return null;
  if (given.kind === 'dataset' && 'name' in given && typeof given.name === 'string')
    return { kind: 'dataset', name: given.name };
  if (given.kind === 'snapshot' && 'id' in given && typeof given.id === 'string')
    return { kind: 'snapshot', id: given.id };
  return given.kind === 'file' && 'path' in given && typeof given.path === 'string'
    ? { kind: 'file', path: given.path }
    : null;
}

function nameOf(subject: DataSubject): string {
  return JSON.stringify([
    subject.kind,
    subject.kind === 'dataset' ? subject.name : subject.kind === 'snapshot' ? subject.id : subject.path,
  ]);
}

function shortName(subject: DataSubject): string {
  if (subject.kind === 'snapshot') return subject.id.slice(0, 8);
  return subject.kind === 'dataset' ? subject.name : (subject.path.split(/[\\/]/).at(-1) ?? subject.path);
}
