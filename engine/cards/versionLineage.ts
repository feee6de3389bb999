import type { Lineage, LineageNode } from '../../protocol/lineage.ts';
import type { ModelRef } from '../../protocol/models.ts';
import { WorkError } from '../base/errors.ts';
import { findAlias } from '../project/models.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import { aliasesOf } from '../registry/aliases.ts';
import { registeredVersion } from '../registry/registeredModels.ts';
import { deploymentState } from '../serving/deployments.ts';
import { predictionsOfVersion } from '../serving/predictionsOfVersion.ts';
import { getRuns } from '../tracking/runDetail.ts';
import { getSnapshot } from '../tracking/snapshots.ts';
import type { Store } from '../store/store.ts';

/** A graph of more nodes is cut: nobody reads it, and a damaged store may hold a circle. */
const mostNodes = 2000;

/**
 * The lineage of a version as a graph: its run, the data that the run read, the runs that made that data and their
 * sources, and the deployments that served it with their predictions. Throws WorkError when there is no such version.
 */
export function versionLineage(store: Store, config: ProjectConfig, { name, version }: ModelRef): Lineage {
  const row = registeredVersion(store, name, version);
  if (!row) throw new WorkError(`\`${name}\` has no version ${version}. \`loopwright models\` lists them.`);
  const graph = new Graph();
  const about = graph.add({
    id: `version:${name}@${version}`,
    kind: 'version',
    label: `${name} v${version}`,
    model: name,
    version,
    aliases: aliasesOf(store, name).get(version) ?? [],
    createdAt: row.created_at,
  });
  if (row.run_id !== '') addRun(store, graph, row.run_id, about);
  // A version of another registry has no run here, and names where its files are from.
  if (row.source !== null && !graph.hasEdgeTo(about))
    graph.link(graph.add({ id: `source:${row.source}`, kind: 'source', label: row.source }), about);
  addDeployments(store, config, graph, { name, version }, about);
  return { about, nodes: [...graph.nodes.values()], edges: graph.edges };
}

function addRun(store: Store, graph: Graph, runId: string, to: string): void {
  const id = `run:${runId}`;
  if (graph.nodes.has(id)) return graph.link(id, to);
  const [run] = getRuns(store, [runId]);
  if (!run || graph.nodes.size >= mostNodes) return;
  graph.add({ id, kind: 'run', label: run.name, runId, commit: run.commit, startedAt: run.startedAt });
  graph.link(id, to);
  for (const input of run.inputs) {
    const snapshot = input.snapshotId === '' ? null : getSnapshot(store, input.snapshotId);
    const own = `snapshot:${snapshot?.id ?? `${input.dataset}/${input.hash}`}`;
    const isKnown = graph.nodes.has(own);
    graph.add({
      id: own,
      kind: 'snapshot',
      label: input.dataset,
      dataset: input.dataset,
      snapshotId: snapshot?.id ?? null,
      hash: input.hash,
      rows: input.rows,
      createdAt: snapshot?.createdAt ?? null,
    });
    graph.link(own, id);
    if (isKnown || !snapshot) continue;
    if (snapshot.source !== '')
      graph.link(graph.add({ id: `source:${snapshot.source}`, kind: 'source', label: snapshot.source }), own);
    // Data that this run made itself has no other run behind it.
    if (snapshot.runId !== null && snapshot.runId !== runId) addRun(store, graph, snapshot.runId, own);
  }
}

function addDeployments(store: Store, config: ProjectConfig, graph: Graph, ref: ModelRef, from: string): void {
  const addDeployment = (deployment: string): string => {
    const id = `deployment:${deployment}`;
    const state = deploymentState(store, deployment);
    const isRunning = state?.state === 'healthy' && state.modelVersion === ref.version;
    graph.add({ id, kind: 'deployment', label: deployment, deployment, isRunning, url: isRunning ? state.url : null });
    graph.link(from, id);
    return id;
  };
  for (const [deployment, declared] of Object.entries(config.deployments ?? {})) {
    const state = deploymentState(store, deployment);
    if (findAlias(config, declared.model)?.name === ref.name && state?.modelVersion === ref.version)
      addDeployment(deployment);
  }
  for (const { deployment, role, ...rest } of predictionsOfVersion(store, ref)) {
    const predictions = graph.add({
      id: `predictions:${deployment}/${role}`,
      kind: 'predictions',
      label: role === 'stable' ? deployment : `${deployment}, ${role}`,
      deployment,
      role,
      ...rest,
    });
    graph.link(addDeployment(deployment), predictions);
  }
}

class Graph {
  readonly nodes = new Map<string, LineageNode>();
  readonly edges: Lineage['edges'] = [];
  readonly #known = new Set<string>();

  add(node: LineageNode): string {
    if (!this.nodes.has(node.id)) this.nodes.set(node.id, node);
    return node.id;
  }

  link(from: string, to: string): void {
    const key = JSON.stringify([from, to]);
    if (this.#known.has(key)) return;
    this.#known.add(key);
    this.edges.push({ from, to });
  }

  hasEdgeTo(id: string): boolean {
    return this.edges.some(({ to }) => to === id);
  }
}
