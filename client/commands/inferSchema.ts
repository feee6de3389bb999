import { existsSync } from 'node:fs';
import { isAbsolute, join, relative } from 'node:path';
import { Range, RelativePattern, Selection, TextEditorRevealType, Uri, window, workspace, WorkspaceEdit } from 'vscode';
import { taskType } from '../commandIds.ts';
import type { Project } from '../projects/project.ts';
import type { RowSubject } from '../views/row.ts';
import { mayRun, overviewOf, projectOf } from './ask.ts';
import { choice, pick } from './pick.ts';
import type { CommandContext } from './context.ts';

/** Data whose schema is written, and where to. */
interface SchemaTarget {
  /** A dataset of the project, or the path of a file. */
  data: string;
  path: string;
}

const mostFiles = 200;
const data = '**/*.{csv,tsv,parquet,jsonl,ndjson}';
const ignored = '**/{node_modules,.venv,venv,.git,.loopwright}/**';

/**
 * Writes the schema of a dataset or file from its data and opens it; a schema that is there already keeps its edits
 * and comments.
 */
export function inferSchemaCommand(context: CommandContext): (given?: RowSubject) => Promise<void> {
  return async (given) => {
    const project = (await mayRun()) ? await projectOf(context, given) : undefined;
    if (!project) return;
    const target =
      (await targetOf(project, given)) ?? (given?.dataset === undefined ? await pickTarget(project) : undefined);
    if (target) await inferSchema(context, project, target);
  };
}

export async function inferSchema(context: CommandContext, project: Project, target: SchemaTarget): Promise<void> {
  const file = isAbsolute(target.path) ? target.path : join(project.root, target.path);
  const code = await context.tasks.finish(project, { type: taskType, command: 'infer', data: target.data, path: file });
  if (code !== 0 || !existsSync(file)) return;
  await window.showTextDocument(Uri.file(file));
  const dataset = (await overviewOf(project)).datasets.find(({ name }) => name === target.data);
  await project.refresh();
  if (dataset?.schema !== null) return;
  const add = 'Add it to the dataset';
  const answer = await window.showInformationMessage(
    `The schema of ${target.data} is in ${target.path}. The dataset does not reference it yet, so it is not checked.`,
    add,
  );
  if (answer === add) await declare(context, project, target);
}

/** Names the schema in loopwright.yaml, unsaved, so that undo takes it back. */
async function declare(
  context: CommandContext,
  project: Project,
  { data: dataset, path }: SchemaTarget,
): Promise<void> {
  const uri = Uri.file(join(project.root, project.file));
  const document = await workspace.openTextDocument(uri);
  const change = await context.server.declareSchema(uri, dataset, path);
  if (!change) throw new Error(`${dataset} was not found in ${project.file}. Add \`schema: ${path}\` to it.`);
  const edit = new WorkspaceEdit();
  const { start, end } = change.range;
  edit.replace(uri, new Range(start.line, start.character, end.line, end.character), change.newText);
  await workspace.applyEdit(edit);
  const editor = await window.showTextDocument(document);
  editor.selection = new Selection(start.line, start.character, start.line, start.character);
  editor.revealRange(editor.selection, TextEditorRevealType.InCenterIfOutsideViewport);
}

async function targetOf(project: Project, given: RowSubject | undefined): Promise<SchemaTarget | undefined> {
  if (given?.dataset !== undefined) {
    const dataset = (await overviewOf(project)).datasets.find(({ name }) => name === given.dataset);
    return { data: given.dataset, path: dataset?.schema ?? schemaPath(given.dataset) };
  }
  if (given?.file === undefined) return undefined;
  const name = given.file.replace(/^.*[\\/]/, '').replace(/\.\w+$/, '');
  return { data: given.file, path: schemaPath(name.replaceAll(/[^\w-]+/g, '_') || 'data') };
}

function schemaPath(name: string): string {
  return `schemas/${name}.dataset.yaml`;
}

async function pickTarget(project: Project): Promise<SchemaTarget | undefined> {
  const { datasets } = await overviewOf(project);
  const files = await workspace.findFiles(new RelativePattern(project.root, data), ignored, mostFiles);
  const choices = [
    ...datasets.map((one) =>
      choice<RowSubject>(
        { project, dataset: one.name },
        one.name,
        one.schema === null ? 'no schema yet' : `updates ${one.schema} from the data`,
        'database',
      ),
    ),
    ...files.map((uri) =>
      choice<RowSubject>({ project, file: uri.fsPath }, relative(project.root, uri.fsPath), 'file', 'table'),
    ),
  ];
  if (choices.length === 0) {
    void window.showInformationMessage(
      'The project has no dataset, and its folder has no CSV, Parquet or JSON Lines file. Add the data first.',
    );
    return undefined;
  }
  const chosen = await pick('Infer the schema of which data?', choices);
  return chosen && targetOf(project, chosen);
}
