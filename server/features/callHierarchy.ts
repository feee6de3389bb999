import {
  SymbolKind,
  type CallHierarchyIncomingCall,
  type CallHierarchyItem,
  type CallHierarchyOutgoingCall,
  type Position,
} from 'vscode-languageserver';
import { pathsOverlap } from '../../engine/base/glob.ts';
import { graphOf, type Graph, type StageNode } from '../../engine/project/graph.ts';
import { entryOf, nodeAt, toValue, type Entry, type Located } from '../../engine/project/located.ts';
import type { Project } from '../../engine/project/loadProject.ts';
import type { ProjectConfig } from '../../engine/project/schema/projectSchema.ts';
import type { Workspace } from '../workspace.ts';
import { declaredIn, textOf } from './declared.ts';
import { nameAt } from './names.ts';
import { type Section } from './section.ts';
import { toLspRange } from './ranges.ts';
import { pairRange } from './spans.ts';
import { placeIn } from '../places.ts';

/** The stage under the cursor, at its declaration or a reference. */
export function prepareCallHierarchy(workspace: Workspace, uri: string, position: Position): CallHierarchyItem[] {
  const [kind, parsed, project] = [workspace.kindOf(uri), workspace.parsed(uri), workspace.projectOf(uri)];
  if (kind === null || !parsed || !project) return [];
  const name = nameAt(kind, parsed, parsed.lines.offset(position.line + 1, position.character + 1), project);
  const item = name?.section === 'stages' ? declaredItem(workspace, project, 'stages', name.name) : null;
  return item ? [item] : [];
}

/** The dependents of a stage: later stages, monitors that refer to it, and retraining that runs it. */
export function incomingCalls(workspace: Workspace, item: CallHierarchyItem): CallHierarchyIncomingCall[] {
  const project = workspace.projectOf(item.uri);
  const stage = sectionOf(item) === 'stages' ? item.name : null;
  if (!project || stage === null) return [];
  const stages = [...(graphIn(project)?.stages.values() ?? [])].filter((node) => node.dependsOn.includes(stage));
  const calls = [
    ...stages.map((node) => ({
      from: declaredItem(workspace, project, 'stages', node.name),
      places: placesOf(project, node, stage),
    })),
    ...namedElsewhere(workspace, project, stage),
  ];
  return calls.flatMap(({ from, places }) => (from ? [{ from, fromRanges: ranges(project, places) }] : []));
}

/** The dependencies of a stage. */
export function outgoingCalls(workspace: Workspace, item: CallHierarchyItem): CallHierarchyOutgoingCall[] {
  const project = workspace.projectOf(item.uri);
  if (!project) return [];
  const calls = sectionOf(item) === 'stages' ? ofStage(project, item.name) : namedIn(project, item);
  return calls.flatMap(({ stage, places }) => {
    const to = declaredItem(workspace, project, 'stages', stage);
    return to ? [{ to, fromRanges: ranges(project, places) }] : [];
  });
}

interface Call {
  stage: string;
  places: Located[];
}

function ofStage(project: Project, name: string): Call[] {
  const node = graphIn(project)?.stages.get(name);
  return node ? node.dependsOn.map((stage) => ({ stage, places: placesOf(project, node, stage) })) : [];
}

/** The stages that a monitor or retraining refers to. */
function namedIn(project: Project, item: CallHierarchyItem): Call[] {
  const named =
    sectionOf(item) === 'monitors'
      ? [nodeAt(project.file.parsed.root ?? undefined, ['monitors', item.name, 'reference'])]
      : itemsOf(nodeAt(project.file.parsed.root ?? undefined, ['retraining', 'run']));
  return named.flatMap((node) => {
    const stage = textOf(node);
    return node && stage !== null ? [{ stage, places: [node] }] : [];
  });
}

function namedElsewhere(
  workspace: Workspace,
  project: Project,
  stage: string,
): { from: CallHierarchyItem | null; places: Located[] }[] {
  const { root } = project.file.parsed;
  const monitors = [...declaredIn(root).of('monitors').values()].flatMap((entry) => {
    const reference = entryOf(entry.value, 'reference')?.value;
    return reference && textOf(reference) === stage
      ? [{ from: declaredItem(workspace, project, 'monitors', entry.key), places: [reference] }]
      : [];
  });
  const retraining = entryOf(root ?? undefined, 'retraining');
  const run = itemsOf(entryOf(retraining?.value, 'run')?.value).filter((node) => textOf(node) === stage);
  return retraining && run.length > 0
    ? [...monitors, { from: toItem(workspace, project, retraining, SymbolKind.Event, 'retraining'), places: run }]
    : monitors;
}

/**
 * The place where a stage declares its need for the output of another; the stage itself when the need is declared
 * elsewhere, such as in a schema.
 */
function placesOf(project: Project, node: StageNode, source: string): Located[] {
  const { root } = project.file.parsed;
  const own = declaredIn(root).of('stages').get(node.name);
  const inputs = entryOf(own?.value, 'with')?.value;
  const made = graphIn(project)?.stages.get(source)?.outs ?? [];
  const isMade = (path: string | null | undefined) =>
    path !== null && path !== undefined && made.some((out) => pathsOverlap(path, out));
  const pathOf = (dataset: string) => declaredIn(project.resolved.root).text('datasets', dataset, 'path');
  const places: Located[] = itemsOf(entryOf(own?.value, 'deps')?.value).filter((item) => isMade(textOf(item)));
  const add = (key: string, holds: (text: string) => boolean) => {
    const value = entryOf(inputs, key)?.value;
    if (value && holds(textOf(value) ?? '')) places.push(value);
  };
  add('data', (name) => isMade(pathOf(name)));
  if (node.kind === 'validate')
    add('model', (name) => (declaredIn(root).text('models', name, 'from') ?? name) === source);
  if (node.kind === 'prepare') add('sql', (path) => isMade(path) || node.reads.some((name) => isMade(pathOf(name))));
  const files = entryOf(entryOf(inputs, 'from')?.value, 'files')?.value;
  places.push(...(files?.kind === 'seq' ? files.items : files ? [files] : []).filter((item) => isMade(textOf(item))));
  return places.length > 0 || !own ? places : [{ kind: 'scalar', range: own.keyRange, value: own.key, quoted: false }];
}

const drawn = new WeakMap<Project, ProjectConfig>();

function graphIn(project: Project): Graph | null {
  const config = drawn.get(project) ?? project.resolved.config ?? drawableConfig(project);
  if (!config) return null;
  drawn.set(project, config);
  return graphOf(config, project.files);
}

/** The valid part of a config with errors, so that a single wrong value does not remove the whole graph. */
function drawableConfig({ resolved }: Project): ProjectConfig | null {
  const value = toValue(resolved.root ?? undefined);
  if (!isRecord(value) || !isRecord(value['stages'])) return null;
  const datasets = Object.entries(isRecord(value['datasets']) ? value['datasets'] : {}).filter(
    ([, dataset]) => isRecord(dataset) && typeof dataset['path'] === 'string',
  );
  const stages = Object.entries(value['stages']).filter(([, stage]) => isReadable(stage));
  return { ...value, datasets: Object.fromEntries(datasets), stages: Object.fromEntries(stages) } as ProjectConfig;
}

function isReadable(stage: unknown): boolean {
  if (!isRecord(stage)) return false;
  const lists = ['deps', 'outs', 'metrics', 'plots'].map((key) => stage[key] ?? []);
  if (!lists.every((list) => Array.isArray(list) && list.every((item) => typeof item === 'string'))) return false;
  const inputs = stage['with'];
  if (!('uses' in stage)) return true;
  if (!isRecord(inputs)) return false;
  if (stage['uses'] === 'collect')
    return isRecord(inputs['from']) && [inputs['from']['files'] ?? []].flat().every((file) => typeof file === 'string');
  return stage['uses'] !== 'prepare' || typeof inputs['sql'] === 'string';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function declaredItem(
  workspace: Workspace,
  project: Project,
  section: Section,
  name: string,
): CallHierarchyItem | null {
  const entry = declaredIn(project.file.parsed.root).of(section).get(name);
  if (!entry || entry.merged) return null;
  const detail = textOf(entryOf(entry.value, 'uses')?.value) ?? (section === 'stages' ? 'cmd' : 'monitor');
  return toItem(workspace, project, entry, section === 'stages' ? SymbolKind.Function : SymbolKind.Event, detail);
}

function toItem(
  workspace: Workspace,
  project: Project,
  entry: Entry,
  kind: SymbolKind,
  detail: string,
): CallHierarchyItem {
  const { lines, text } = project.file.parsed;
  return {
    name: entry.key,
    kind,
    detail,
    uri: workspace.uriOf(placeIn(project.root, project.file.path)),
    range: toLspRange(lines, pairRange(text, entry)),
    selectionRange: toLspRange(lines, entry.keyRange),
  };
}

/** The section of an item: only stages are functions, and retraining is the only other section. */
function sectionOf(item: CallHierarchyItem): Section | null {
  if (item.kind === SymbolKind.Function) return 'stages';
  return item.detail === 'monitor' ? 'monitors' : null;
}

function ranges(project: Project, places: readonly Located[]) {
  return places.map((node) => toLspRange(project.file.parsed.lines, node.range));
}

function itemsOf(node: Located | undefined): readonly Located[] {
  return node?.kind === 'seq' ? node.items : [];
}
