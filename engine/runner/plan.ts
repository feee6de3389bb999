import { createHash } from 'node:crypto';
import { bytes as byteText } from '../../words/sizes.ts';
import { messageOf } from '../base/errors.ts';
import { messageFolder } from '../data/sources/mqtt/mqttPlan.ts';
import { isLogPosition } from '../data/logs/logPosition.ts';
import { writtenSince } from '../data/logs/writtenSince.ts';
import { waitingBytes } from '../data/spool/segments.ts';
import { closure, paramsUsed, type StageNode } from '../project/graph.ts';
import { toValue } from '../project/located.ts';
import { nodeAt } from '../project/located.ts';
import { envIn } from '../project/interpolate.ts';
import { addressOfModel } from '../project/models.ts';
import { missingData, trackedText } from '../project/dvc/trackedData.ts';
import type { Project } from '../project/loadProject.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import { fileChanges, valueDifferences, type Fingerprint } from '../fingerprint/compare.ts';
import { differentFileChanges, rememberSame, withoutEmptyLogs } from '../fingerprint/sameInputs.ts';
import type { PlanOptions } from './planOptions.ts';
import { dvcLockEntry } from './dvcLock.ts';
import { lockKey, type LockEntry } from '../fingerprint/lockFile.ts';
import type { FileFingerprints } from '../fingerprint/fileFingerprints.ts';
import { periodSpec, wholePeriod, type Period } from '../fingerprint/period.ts';
import { projectPath } from '../base/projectPath.ts';
import { newestSnapshot } from '../tracking/snapshots.ts';

export interface PlannedStage {
  node: StageNode;
  state: 'fresh' | 'stale' | 'never' | 'blocked';
  /** The reasons to run; empty when fresh. */
  reasons: string[];
  /** The recorded entry of the last execution, fresh or not. */
  recorded: LockEntry | null;
}

/**
 * Decides for each stage whether it must run and why. Stages after a stale one are `blocked`: they run if their inputs
 * change.
 */
export function planStages(options: PlanOptions): PlannedStage[] {
  const { graph } = options;
  const names = options.names ? closure(graph, options.names) : graph.order;
  const planned = new Map<string, PlannedStage>();
  for (const name of names) {
    const node = graph.stages.get(name);
    if (!node) continue;
    const waiting = node.dependsOn.filter((source) => planned.has(source) && planned.get(source)?.state !== 'fresh');
    const own = planStage(options, node);
    planned.set(
      name,
      own.state === 'fresh' && waiting.length > 0
        ? { ...own, state: 'blocked', reasons: waiting.map((source) => `waits for ${source}`) }
        : own,
    );
  }
  return [...planned.values()];
}

/** Plans one stage alone; the stages before it do not count. */
export function planStage(options: PlanOptions, node: StageNode): PlannedStage {
  const own = planAlone(options, node);
  const missing = own.state === 'fresh' ? [] : node.deps.flatMap((path) => missingData(path, options.project.files));
  return { ...own, reasons: [...missing.map((data) => trackedText(data)), ...own.reasons] };
}

function planAlone(options: PlanOptions, node: StageNode): PlannedStage {
  const { project, lock, fingerprints, experiment } = options;
  if (project.dvc?.frozen.has(node.name)) {
    const recorded = lock[node.name] ?? null;
    const gone = node.outs.filter((path) => !project.files.exists(path));
    return gone.length === 0
      ? { node, state: 'fresh', reasons: [], recorded }
      : { node, state: 'stale', reasons: [frozenText(gone)], recorded };
  }
  const candidates = [lock[lockKey(node.name, experiment)], lock[node.name]].filter((entry) => entry !== undefined);
  // DVC may have run the stage since, or may be the only one that ran it.
  const byDvc = project.dvc ? dvcLockEntry(project.root, project.dvc, node.name, fingerprints) : null;
  if (byDvc) candidates.push(byDvc);
  if (project.dvc?.always.has(node.name))
    return {
      node,
      state: candidates.length === 0 ? 'never' : 'stale',
      reasons: ['it says `always_changed`'],
      recorded: candidates[0] ?? null,
    };
  let reasons: string[] = ['never run'];
  // The inputs of a stage that never ran are not hashed.
  const values = candidates.length === 0 ? null : valuesOf(options, node);
  const input = options.inputs?.get(node.name);
  let deps: Fingerprint['deps'] | null = null;
  for (const recorded of candidates) {
    const isFirst = recorded === candidates[0];
    const isKnown = isFirst && input?.wereSame === true;
    const different = isFirst ? (input?.different ?? null) : null;
    const files = isKnown
      ? []
      : different
        ? differentFileChanges(recorded, different, fingerprints)
        : fileChanges(recorded.deps, (deps ??= depsOf(options, node)));
    if (isFirst && input && !isKnown && files.length === 0)
      rememberSame(options.store, lockKey(node.name, experiment), input.look, recorded);
    const found = [
      ...(values ? valueDifferences(recorded, values) : []),
      ...files,
      ...outChanges(recorded, fingerprints),
    ];
    if (found.length === 0) {
      const waiting = waitingReason(options, node.config);
      return {
        node,
        state: waiting === null ? 'fresh' : 'stale',
        reasons: waiting === null ? [] : [waiting],
        recorded,
      };
    }
    if (isFirst) reasons = found;
  }
  return { node, state: candidates.length === 0 ? 'never' : 'stale', reasons, recorded: candidates[0] ?? null };
}

/** What has arrived for a stage and is not yet in its dataset; null when nothing waits. */
function waitingReason({ project: { root }, store }: PlanOptions, config: StageNode['config']): string | null {
  if (!('uses' in config) || config.uses !== 'collect') return null;
  const { from, dataset } = config.with;
  if ('logs' in from) {
    const position = store && newestSnapshot(store, dataset)?.state?.position;
    const written = isLogPosition(position) ? writtenSince(root, [from.logs].flat(), position.at) : [];
    return written.length === 0 ? null : `${listed(written)} ${written.length === 1 ? 'was' : 'were'} written since`;
  }
  const folder = 'events' in from ? projectPath(root, from.events) : 'mqtt' in from ? messageFolder(root, from) : null;
  if (folder === null) return null;
  const bytes = waitingBytes(folder, !('mqtt' in from && from.window !== undefined));
  return bytes === 0 ? null : `${byteText(bytes)} arrived since`;
}

const listed = (paths: readonly string[]): string =>
  paths.length <= 2 ? paths.map((path) => `\`${path}\``).join(' and ') : `${paths.length} logs`;

/** Why a frozen stage without its outputs holds up a run. */
export function frozenText(missing: readonly string[]): string {
  return `it is frozen, and ${missing.map((path) => `\`${path}\``).join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing`;
}

/** The inputs and params of a stage as they are now. */
export function fingerprint(options: PlanOptions, node: StageNode): Fingerprint {
  return { ...valuesOf(options, node), deps: depsOf(options, node) };
}

function depsOf({ lock, fingerprints, experiment }: PlanOptions, node: StageNode): Fingerprint['deps'] {
  const deps = withoutEmptyLogs(fingerprints.of(node.deps));
  if (node.kind === 'validate' && 'uses' in node.config && node.config.uses === 'validate') {
    const model = node.config.with.model;
    const trained = lock[lockKey(model, experiment)] ?? lock[model];
    for (const [path, mark] of Object.entries(trained?.outs ?? {})) deps[`${model}: ${path.split('/').at(-1)}`] = mark;
  }
  return deps;
}

function valuesOf(options: PlanOptions, node: StageNode): Pick<Fingerprint, 'spec' | 'params'> {
  const { project, config } = options;
  const period = options.period ?? wholePeriod;
  const raw = toValue(nodeAt(project.file.parsed.root ?? undefined, ['stages', node.name]));
  const names = new Set([
    ...(project.dvc ? [] : paramsUsed(raw)),
    ...('cmd' in node.config ? (node.config.params ?? []) : []),
  ]);
  const params = Object.fromEntries(
    [...names]
      .filter((name) => config.params && Object.hasOwn(config.params, name))
      .map((name) => [name, config.params?.[name]]),
  );
  const rawParams = toValue(nodeAt(project.file.parsed.root ?? undefined, ['params'])) as
    Record<string, unknown> | undefined;
  const variables = project.dvc
    ? []
    : [raw, ...[...names].map((name) => rawParams?.[name])].flatMap((value) => envIn(JSON.stringify(value) ?? ''));
  return withoutSecrets({ spec: specOf(node, config, period), params }, variables, project.env);
}

/**
 * The lock is committed, so a value from the environment is stored as its variable's name and a hash that shows when
 * it changed.
 */
function withoutSecrets(
  made: Pick<Fingerprint, 'spec' | 'params'>,
  names: readonly string[],
  env: Project['env'],
): Pick<Fingerprint, 'spec' | 'params'> {
  const found = names.flatMap((name) => (Object.hasOwn(env, name) && env[name] ? [[name, env[name]] as const] : []));
  if (found.length === 0) return made;
  const hide = (value: unknown): unknown => {
    if (typeof value === 'string')
      return found.reduce((text, [name, secret]) => text.replaceAll(secret, () => `\${env.${name}}`), value);
    if (Array.isArray(value)) return value.map(hide);
    return value !== null && typeof value === 'object'
      ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, hide(item)]))
      : value;
  };
  const hashes = Object.fromEntries(
    found.map(([name, secret]) => [`env.${name}`, createHash('sha256').update(secret).digest('hex').slice(0, 12)]),
  );
  return {
    spec: { ...(hide(made.spec) as Record<string, unknown>), ...hashes },
    params: hide(made.params) as Fingerprint['params'],
  };
}

function specOf(node: StageNode, config: ProjectConfig, period: Period): Record<string, unknown> {
  if (!('uses' in node.config))
    return {
      cmd: node.config.cmd,
      ...(node.config.env ? { env: node.config.env } : {}),
      ...(node.config.gates ? { gates: node.config.gates } : {}),
      ...periodSpec(period),
    };
  const spec: Record<string, unknown> = { uses: node.config.uses, ...node.config.with };
  const read = readsOf(node, config);
  if (Object.keys(read).length > 0) spec['read'] = read;
  if (node.config.uses === 'validate') {
    const address = addressOfModel(config, node.config.with.model);
    if (node.config.gates) spec['gates'] = node.config.gates;
    if (address) spec['address'] = address;
  }
  if (node.config.uses !== 'collect') spec['seed'] = config.seed ?? 0;
  if (node.config.uses === 'collect') Object.assign(spec, periodSpec({ ...period, window: null, regime: null }));
  if (node.config.uses === 'prepare') Object.assign(spec, periodSpec(period));
  // The data may be the same with and without a change, as of a random split.
  if (node.config.uses === 'train' || node.config.uses === 'validate')
    Object.assign(spec, periodSpec({ asOf: null, window: null, regime: period.regime }));
  return spec;
}

/** How the text files of the datasets of a stage are read, where the project says so. */
function readsOf(node: StageNode, config: ProjectConfig): Record<string, unknown> {
  const names = [...node.reads, ...(node.writes === null ? [] : [node.writes])];
  return Object.fromEntries(
    names.flatMap((name) => {
      const read = config.datasets?.[name]?.read;
      return read === undefined ? [] : [[name, read]];
    }),
  );
}

function outChanges(recorded: LockEntry, fingerprints: FileFingerprints): string[] {
  try {
    return fileChanges(recorded.outs, fingerprints.of(Object.keys(recorded.outs))).map((change) => `output ${change}`);
  } catch (error) {
    return [`output cannot be read: ${messageOf(error)}`];
  }
}
