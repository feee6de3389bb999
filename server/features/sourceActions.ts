import { createHash } from 'node:crypto';
import { join } from 'node:path';
import {
  CodeActionKind,
  type CodeAction,
  type Range as LspRange,
  type TextDocumentEdit,
  type TextEdit,
} from 'vscode-languageserver';
import { isReallyInside, realPath, statAt } from '../../engine/base/realPath.ts';
import { hashFile } from '../../engine/data/hashFile.ts';
import { schemaFromFacts } from '../../engine/facts/schemaFromFacts.ts';
import type { Facts } from '../../engine/facts/facts.ts';
import { appendItem, setAt, type Edit } from '../../engine/project/edit.ts';
import { nodeAt } from '../../engine/project/located.ts';
import { groupingName } from '../../engine/evaluation/grouping.ts';
import { fairnessNames } from '../../engine/evaluation/metrics.ts';
import { parseMetric } from '../../engine/evaluation/metricName.ts';
import type { Project } from '../../engine/project/loadProject.ts';
import { spotAt, type KeyPath } from '../../engine/project/schemaPath.ts';
import { type Workspace } from '../workspace.ts';
import { toLspRange } from './ranges.ts';
import { isVirtual, placeIn } from '../places.ts';

/** The data for `codeAction/resolve`, which computes the expensive hash of a file. */
export interface PinData {
  pin: { uri: string; path: KeyPath; file: string };
}

/**
 * Actions for the dataset or stage at the cursor: infer a schema from its data, add a fairness gate, pin a download.
 */
export function provideSourceActions(
  workspace: Workspace,
  factsOf: (project: Project) => Facts,
  uri: string,
  { start }: LspRange,
  only?: readonly string[],
): CodeAction[] {
  if (
    only &&
    !only.some(
      (asked) => CodeActionKind.RefactorRewrite === asked || CodeActionKind.RefactorRewrite.startsWith(`${asked}.`),
    )
  )
    return [];
  const parsed = workspace.kindOf(uri) === 'project' ? workspace.parsed(uri) : null;
  const project = workspace.projectOf(uri);
  if (!parsed?.root || !project?.readable?.config || isVirtual(project.root)) return [];
  const spot = spotAt(parsed.root, parsed.lines.offset(start.line + 1, start.character + 1));
  const [section, name] = spot?.path ?? [];
  if (typeof name !== 'string') return [];
  if (section === 'datasets') return inferSchema(workspace, project, factsOf(project), name);
  return section === 'stages' ? [...fairnessGates(project, uri, name), ...pinDownload(project, uri, name)] : [];
}

/** Writes the schema of a dataset without one, from its data. */
function inferSchema(workspace: Workspace, project: Project, facts: Facts, name: string): CodeAction[] {
  const dataset = project.readable?.config.datasets?.[name];
  const found = facts.dataset(name);
  if (!dataset || !found || found.columns.length === 0) return [];
  const path = dataset.schema ?? `schemas/${name}.dataset.yaml`;
  if (project.files.exists(path)) return [];
  const uri = workspace.uriOf(placeIn(project.root, path));
  const main = workspace.uriOf(placeIn(project.root, project.file.path));
  const edit = dataset.schema === undefined ? setAt(project.file, ['datasets', name, 'schema'], path) : null;
  const changes: (TextDocumentEdit | { kind: 'create'; uri: string; options: { ignoreIfExists: boolean } })[] = [
    { kind: 'create', uri, options: { ignoreIfExists: true } },
    {
      textDocument: { uri, version: null },
      edits: [
        {
          range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } },
          newText: schemaFromFacts(found),
        },
      ],
    },
    ...(edit ? [{ textDocument: { uri: main, version: null }, edits: [textEdit(edit)] }] : []),
  ];
  return [
    {
      title: `Infer schema from data into ${path}`,
      kind: CodeActionKind.RefactorRewrite,
      edit: { documentChanges: changes },
    },
  ];
}

/** A gate for each protected attribute of a validate stage that has none. */
function fairnessGates(project: Project, uri: string, name: string): CodeAction[] {
  const stage = project.readable?.config.stages[name];
  if (!stage || !('uses' in stage) || stage.uses !== 'validate') return [];
  const schema = project.readable?.config.datasets?.[stage.with.data]?.schema;
  const guarded =
    schema === undefined
      ? []
      : (project.schemas.get(schema)?.value?.fields ?? [])
          .filter((field) => field.loopwright?.role === 'protected')
          .map((field) => field.name);
  const named = stage.with.fairness?.attributes.map(groupingName);
  const attributes = [...new Set([...(named ?? []), ...guarded])];
  const gated = new Set(
    Object.keys(stage.gates ?? {}).flatMap((gate) => {
      const metric = parseMetric(gate);
      return metric?.attribute != null && fairnessNames.includes(metric.name) ? [metric.attribute] : [];
    }),
  );
  return attributes
    .filter((attribute) => !gated.has(attribute))
    .flatMap((attribute) => {
      const edits: (Edit | null)[] = [
        setAt(project.file, ['stages', name, 'gates', `equal_opportunity_difference[${attribute}]`], '{ max: 0.1 }'),
      ];
      if (!named)
        edits.push(setAt(project.file, ['stages', name, 'with', 'fairness'], `{ attributes: [${attribute}] }`));
      else if (!named.includes(attribute))
        edits.push(appendItem(project.file, ['stages', name, 'with', 'fairness', 'attributes'], attribute));
      if (edits.some((edit) => edit === null)) return [];
      return [
        {
          title: `Add a fairness gate for ${attribute}`,
          kind: CodeActionKind.RefactorRewrite,
          edit: { changes: { [uri]: edits.flatMap((edit) => (edit ? [textEdit(edit)] : [])) } },
        },
      ];
    });
}

/** Pins a download to the hash of the last downloaded file, so that another file fails the stage. */
function pinDownload(project: Project, uri: string, name: string): CodeAction[] {
  const stage = project.readable?.config.stages[name];
  if (
    !stage ||
    !('uses' in stage) ||
    stage.uses !== 'collect' ||
    !('url' in stage.with.from) ||
    stage.with.from.sha256 !== undefined
  )
    return [];
  const { url } = stage.with.from;
  const file = join(
    project.root,
    '.loopwright',
    'downloads',
    createHash('sha256').update(url).digest('hex').slice(0, 16),
    new URL(url).pathname.split('/').at(-1) || 'download.csv',
  );
  // A pipe would never end, and a link may lead anywhere.
  if (!statAt(file)?.isFile() || !isReallyInside(realPath(project.root), file)) return [];
  const data: PinData = { pin: { uri, path: ['stages', name, 'with', 'from', 'sha256'], file } };
  return [
    { title: 'Pin data snapshot: the file that was downloaded last', kind: CodeActionKind.RefactorRewrite, data },
  ];
}

/** Computes the edit of an action that was offered. */
export async function resolveSourceAction(workspace: Workspace, action: CodeAction): Promise<CodeAction> {
  const { pin } = (action.data ?? {}) as Partial<PinData>;
  const project = pin && workspace.projectOf(pin.uri);
  if (!pin || !project) return action;
  const { hash } = await hashFile(pin.file);
  const edit = nodeAt(project.file.parsed.root ?? undefined, pin.path) ? null : setAt(project.file, pin.path, hash);
  return edit ? { ...action, edit: { changes: { [pin.uri]: [textEdit(edit)] } } } : action;
}

function textEdit({ file, range, text }: Edit): TextEdit {
  return { range: toLspRange(file.parsed.lines, range), newText: text };
}
