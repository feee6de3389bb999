import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { CompletionItem } from 'vscode-languageserver';
import { acceptItem } from './acceptItem.ts';
import { LspClient, uriOf, withCursor } from './lspClient.ts';
import { ordersProject } from './ordersProject.ts';

// Completion in the orders project, with `█` as the cursor. One language server for the tests of a file.

export const server = await new LspClient().start();
const root = ordersProject({
  files: {
    'data sets/new year.csv': 'a\n1\n',
    'data sets/old.csv': 'a\n1\n',
    "it's/a.csv": 'a\n1\n',
    'src/train.py': '',
    'src/more/deep.py': '',
  },
});
export const uris = {
  project: uriOf(join(root, 'loopwright.yaml')),
  experiment: uriOf(join(root, 'experiments/longer.experiment.yaml')),
  dataset: uriOf(join(root, 'schemas/new.dataset.yaml')),
};
for (const uri of Object.values(uris)) server.open(uri, '');
export type File = keyof typeof uris;

export async function complete(
  marked: string,
  file: File = 'project',
): Promise<{ text: string; items: CompletionItem[] }> {
  const { text, position } = withCursor(marked);
  server.change(uris[file], text);
  return { text, items: await server.complete(uris[file], position) };
}

/** The text of the line of the cursor after the item was accepted, with the lines that the item added. */
export async function accepted(marked: string, label: string, file: File = 'project'): Promise<string> {
  const { text, items } = await complete(marked, file);
  const item = items.find((one) => one.label === label);
  assert.ok(item, `${label} is not offered in ${marked}: ${items.map((one) => one.label).join(' ')}`);
  const line = withCursor(marked).position.line;
  const after = acceptItem(text, item).split('\n');
  return after.slice(line, after.length - (text.split('\n').length - line - 1)).join('\n');
}

export const stage = (line: string) => `version: 1\nproject: p\nstages:\n  s:\n    cmd: x\n    ${line}\n`;
export const start = 'version: 1\nproject: p\nstages:\n';
