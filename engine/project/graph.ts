import type { StageKind } from '../../protocol/lifeCycle.ts';
import { addressOfModel } from './models.ts';
import { paramsIn } from './interpolate.ts';
import type { ProjectFiles } from './projectFiles.ts';
import type { CollectSource } from './schema/collectStage.ts';
import type { ProjectConfig } from './schema/projectSchema.ts';
import type { StageConfig } from './schema/stages.ts';
import { PathIndex } from './pathIndex.ts';
import { tablesIn } from './tablesIn.ts';

/** A stage with its inputs and outputs, as paths relative to the root. */
export interface StageNode {
  name: string;
  kind: StageKind;
  config: StageConfig;
  deps: string[];
  outs: string[];
  /** Datasets that the stage reads or writes. */
  reads: string[];
  writes: string | null;
  /** Stages that must run before this one. */
  dependsOn: string[];
}

export interface Graph {
  stages: Map<string, StageNode>;
  /** Stage names in topological order, without stages in cycles. */
  order: string[];
  /** Cycles as lists of stage names, with the first name repeated at the end. */
  cycles: string[][];
}

export function kindOf(stage: StageConfig): StageKind {
  return 'uses' in stage ? stage.uses : 'cmd';
}

const built = new WeakMap<ProjectConfig, { files: ProjectFiles; graph: Graph }>();

/** Returns the graph of a config. It is cached for the config and its files. */
export function graphOf(config: ProjectConfig, files: ProjectFiles): Graph {
  const known = built.get(config);
  if (known?.files === files) return known.graph;
  const graph = buildGraph(config, files);
  built.set(config, { files, graph });
  return graph;
}

/** Builds the graph of a config. An edge exists where one stage writes a path or model that another one reads. */
export function buildGraph(config: ProjectConfig, files: ProjectFiles): Graph {
  const stages = new Map<string, StageNode>();
  for (const [name, stage] of Object.entries(config.stages)) stages.set(name, describe(name, stage, config, files));
  const written = new PathIndex();
  for (const node of stages.values()) for (const out of node.outs) written.add(out, node.name);
  for (const node of stages.values()) {
    const sources = new Set<string>();
    for (const dep of node.deps)
      for (const owner of written.overlapping(dep)) if (owner !== node.name) sources.add(owner);
    if (node.kind === 'validate') {
      const model = (node.config as Extract<StageConfig, { uses: 'validate' }>).with.model;
      if (stages.has(model) && !addressOfModel(config, model)) sources.add(model);
    }
    node.dependsOn = [...sources];
  }
  return { stages, ...sort(stages) };
}

function describe(name: string, config: StageConfig, project: ProjectConfig, files: ProjectFiles): StageNode {
  const dataset = (key: string) => project.datasets?.[key];
  const node: StageNode = {
    name,
    kind: kindOf(config),
    config,
    deps: [...(config.deps ?? [])],
    outs: [],
    reads: [],
    writes: null,
    dependsOn: [],
  };
  const reads = (key: string) => {
    const found = dataset(key);
    if (!found) return;
    node.reads.push(key);
    node.deps.push(found.path);
    if (found.schema) node.deps.push(found.schema);
  };
  const writes = (key: string) => {
    const found = dataset(key);
    if (!found) return;
    node.writes = key;
    node.outs.push(found.path);
    if (found.schema) node.deps.push(found.schema);
  };
  if (!('uses' in config)) {
    node.outs.push(...(config.outs ?? []), ...(config.metrics ?? []), ...(config.plots ?? []));
    return node;
  }
  switch (config.uses) {
    case 'collect':
      node.deps.push(...sourceFiles(config.with.from));
      if ('output' in config.with.from && config.with.from.output !== undefined)
        node.outs.push(config.with.from.output);
      writes(config.with.dataset);
      break;
    case 'prepare': {
      node.deps.push(config.with.sql);
      for (const table of tablesIn(readText(files, config.with.sql), Object.keys(project.datasets ?? {})))
        if (table !== config.with.output) reads(table);
      writes(config.with.output);
      break;
    }
    case 'train':
      reads(config.with.data);
      break;
    case 'validate':
      reads(config.with.data);
      break;
  }
  return node;
}

/**
 * Returns the project files that a source reads. A SQLite database in WAL mode and a DuckDB database have their
 * newest rows in a second file.
 */
function sourceFiles(from: CollectSource): string[] {
  const query = 'query' in from && isSqlFile(from.query) ? [from.query.trim()] : [];
  if ('files' in from) return [from.files].flat();
  if ('sqlite' in from) return [from.sqlite, `${from.sqlite}-wal`, ...query];
  if ('duckdb' in from) return [from.duckdb, `${from.duckdb}.wal`, ...query];
  if ('delta' in from) return [from.delta];
  if ('iceberg' in from) return [from.iceberg];
  return query;
}

/**
 * True for a stage that reads a source or a model outside the project. Changes there cannot be detected here, so it
 * runs again when it is run by name.
 */
export function isRemote(stage: StageConfig, config: ProjectConfig): boolean {
  if (!('uses' in stage)) return false;
  if (stage.uses === 'validate') return addressOfModel(config, stage.with.model) !== null;
  return (
    stage.uses === 'collect' && !['files', 'sqlite', 'duckdb', 'delta', 'iceberg'].some((key) => key in stage.with.from)
  );
}

/** True when a query is a file name: it ends in `.sql` and does not start like a query. */
export function isSqlFile(query: string): boolean {
  return /^[^\n]*\.sql$/i.test(query.trim()) && !/^(select|with|values|table|from)\s/i.test(query.trim());
}

function readText(files: ProjectFiles, path: string): string {
  try {
    const content = files.read(path);
    return content === null ? '' : typeof content === 'string' ? content : new TextDecoder().decode(content);
  } catch {
    return '';
  }
}

function sort(stages: Map<string, StageNode>): Pick<Graph, 'order' | 'cycles'> {
  const order: string[] = [];
  const cycles: string[][] = [];
  /** Whether a stage and all its dependencies are free of cycles. */
  const done = new Map<string, boolean>();
  /** Stages being visited, in order, with their index. */
  const path = new Map<string, number>();
  const visit = (name: string): boolean => {
    const known = done.get(name);
    if (known !== undefined) return known;
    const at = path.get(name);
    if (at !== undefined) {
      cycles.push([...[...path.keys()].slice(at), name]);
      return false;
    }
    path.set(name, path.size);
    const results = (stages.get(name)?.dependsOn ?? []).map(visit);
    path.delete(name);
    const clean = results.every(Boolean);
    done.set(name, clean);
    if (clean) order.push(name);
    return clean;
  };
  for (const name of stages.keys()) visit(name);
  return { order, cycles };
}

/** Returns the names with all their dependencies, in order. */
export function closure(graph: Graph, names: readonly string[]): string[] {
  const wanted = new Set<string>();
  const add = (name: string) => {
    if (wanted.has(name)) return;
    wanted.add(name);
    for (const source of graph.stages.get(name)?.dependsOn ?? []) add(source);
  };
  names.forEach(add);
  return graph.order.filter((name) => wanted.has(name));
}

/** Returns the params that a stage uses, from the references in its raw text. */
export function paramsUsed(value: unknown): string[] {
  if (typeof value === 'string') return paramsIn(value);
  if (Array.isArray(value)) return [...new Set(value.flatMap(paramsUsed))];
  if (value !== null && typeof value === 'object') return [...new Set(Object.values(value).flatMap(paramsUsed))];
  return [];
}
