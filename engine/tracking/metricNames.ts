import { importNotes, setImportNote } from './imports.ts';
import type { Store } from '../store/store.ts';
import { renameMetric } from './writeRun.ts';

/** The part of a run that reports a metric: a stage, and the file that holds the value when it comes from one. */
export interface MetricSource {
  stage: string;
  file?: string | undefined;
}

interface Reported {
  source: MetricSource;
  /** The name in this run; null when the stage reported the metric in an earlier run only. */
  name: string | null;
}

const noteSource = 'stage-metrics';
/** Metrics that a stage is remembered to report; a program can log a name for each of a million things. */
const mostRemembered = 2000;

/**
 * Names the metrics of a run so that those of different stages and files stay apart. A metric that one stage reports
 * keeps its name. One that several stages report is stored as `stage:name` for each of them, and one of several files of
 * a stage as `file:name`. Stages that did not run this time count by what they reported last, so that a metric has the
 * same name in every run.
 */
export class MetricNames {
  readonly #store: Store;
  readonly #run: number;
  readonly #tell: (text: string) => void;
  readonly #reported = new Map<string, Map<string, Reported>>();
  readonly #told = new Set<string>();

  /** `run` is the row number of the run, `stages` the names of all stages of the project. */
  constructor(store: Store, run: number, stages: Iterable<string>, tell: (text: string) => void = () => {}) {
    this.#store = store;
    this.#run = run;
    this.#tell = tell;
    const existing = new Set(stages);
    for (const [stage, { detail }] of importNotes(store, noteSource)) {
      if (!existing.has(stage)) continue;
      for (const [file, keys] of Object.entries(JSON.parse(detail) as Record<string, string[]>))
        for (const key of keys) this.#add(key, { stage, file: file === '' ? undefined : file }, null);
    }
  }

  /** A stage starts: what it reported in earlier runs no longer counts. */
  begin(stage: string): void {
    for (const sources of this.#reported.values())
      for (const [id, { source, name }] of sources) if (source.stage === stage && name === null) sources.delete(id);
  }

  /** A stage ended: remembers what it reported. */
  end(stage: string): void {
    const files: Record<string, string[]> = {};
    let count = 0;
    for (const [key, sources] of this.#reported)
      for (const { source, name } of sources.values())
        if (source.stage === stage && name !== null && count++ < mostRemembered)
          (files[source.file ?? ''] ??= []).push(key);
    setImportNote(this.#store, noteSource, stage, { id: '', detail: JSON.stringify(files) });
  }

  /** Returns the name under which a metric is stored. The stored values of others are renamed when it is not unique. */
  nameOf(source: MetricSource, key: string): string {
    const known = this.#reported.get(key)?.get(idOf(source))?.name;
    if (known !== undefined && known !== null) return known;
    const sources = this.#add(key, source, key);
    for (const other of sources.values()) {
      const name = qualified(key, other.source, sources);
      if (other.name !== null && other.name !== name && other.source !== source)
        renameMetric(this.#store, this.#run, other.name, name);
      if (other.name !== null) other.name = name;
    }
    const own = sources.get(idOf(source))?.name ?? key;
    if (own !== key && !this.#told.has(own)) {
      this.#told.add(own);
      const others = [...sources.values()].map((other) => qualified(key, other.source, sources));
      this.#tell(`note: \`${key}\` is reported more than once, so it is stored as ${listed(others)}`);
    }
    return own;
  }

  /** The values of a stage by the names under which they are stored. */
  named(source: MetricSource, values: Readonly<Record<string, number>>): Record<string, number> {
    return Object.fromEntries(Object.entries(values).map(([key, value]) => [this.nameOf(source, key), value]));
  }

  /** The name under which a metric of a stage is stored; the same name when the stage has not reported it. */
  stored(stage: string, key: string): string {
    return this.#reported.get(key)?.get(idOf({ stage }))?.name ?? key;
  }

  /** The names that a program used, by the names under which its metrics are stored, where they differ. */
  own(stage: string): Map<string, string> {
    const names = new Map<string, string>();
    for (const [key, sources] of this.#reported) {
      const name = sources.get(idOf({ stage }))?.name ?? null;
      if (name !== null && name !== key) names.set(name, key);
    }
    return names;
  }

  #add(key: string, source: MetricSource, name: string | null): Map<string, Reported> {
    let sources = this.#reported.get(key);
    if (!sources) this.#reported.set(key, (sources = new Map()));
    sources.set(idOf(source), { source, name });
    return sources;
  }
}

function idOf({ stage, file }: MetricSource): string {
  return `${stage}\n${file ?? ''}`;
}

function qualified(key: string, { stage, file }: MetricSource, sources: ReadonlyMap<string, Reported>): string {
  const all = [...sources.values()].map(({ source }) => source);
  const severalFiles = all.filter((other) => other.stage === stage && other.file !== undefined).length > 1;
  if (file !== undefined && severalFiles) return `${file}:${key}`;
  return severalFiles || all.some((other) => other.stage !== stage) ? `${stage}:${key}` : key;
}

function listed(names: readonly string[]): string {
  const quoted = [...new Set(names)].map((name) => `\`${name}\``);
  return quoted.length === 1 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} and ${quoted.at(-1) ?? ''}`;
}

const active = new Map<string, MetricNames>();

/** Makes the names of a run known to the endpoint that its programs log to. Returns how to end that. */
export function shareMetricNames(runId: string, names: MetricNames): () => void {
  active.set(runId, names);
  return () => void active.delete(runId);
}

/** The names of a run that this process executes; null for another run. */
export function metricNamesOf(runId: string): MetricNames | null {
  return active.get(runId) ?? null;
}

/**
 * Finds a metric by the name in a project: itself, `stage:name` when one stage alone has it, or `name` for
 * `stage:name`. Null when it is not there, or not unique.
 */
function findMetric(metrics: Readonly<Record<string, number>>, name: string): string | null {
  if (Object.hasOwn(metrics, name)) return name;
  const [only, ...more] = Object.keys(metrics).filter((key) => key.endsWith(`:${name}`));
  if (only !== undefined) return more.length === 0 ? only : null;
  const plain = name.slice(name.lastIndexOf(':') + 1);
  return plain !== name && Object.hasOwn(metrics, plain) ? plain : null;
}

/** The value of a metric found by the name in a project; null when it is not there, or not unique. */
export function valueOf(metrics: Readonly<Record<string, number>>, name: string): number | null {
  const found = findMetric(metrics, name);
  return found === null ? null : (metrics[found] ?? null);
}
