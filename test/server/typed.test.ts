import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { CompletionItem } from 'vscode-languageserver';
import { yamlTokens } from '../../engine/project/yamlTokens.ts';
import { LspClient, uriOf } from '../helpers/lspClient.ts';
import { ordersProject, ordersYaml } from '../helpers/ordersProject.ts';
import { isLong, sampled } from '../helpers/rounds.ts';
import { exampleFiles, shapedFiles, snippetFiles, type TypedFile, type TypedKind } from '../helpers/typedFiles.ts';

// Every text is typed character by character and completion is asked for at each. The editor's part is played here: it
// shows the items that what is written so far is a part of, and Enter accepts the first of them where the server lets
// it.

const server = await new LspClient().start();
const root = ordersProject({ files: { 'dvc.yaml': '', 'train.py': '', 'data/raw.csv': 'a\n1\n', 'src/train.py': '' } });
const uris: Record<TypedKind, string> = {
  project: uriOf(join(root, 'loopwright.yaml')),
  experiment: uriOf(join(root, 'experiments/typed.experiment.yaml')),
  dataset: uriOf(join(root, 'schemas/typed.dataset.yaml')),
  dvc: uriOf(join(root, 'dvc.yaml')),
};
for (const [kind, uri] of Object.entries(uris)) server.open(uri, kind === 'project' ? ordersYaml : '');

/** True where the letters of a word are in a label, in this order. */
function matches(word: string, label: string): boolean {
  let at = 0;
  for (const letter of label.toLowerCase()) if (letter === word[at]?.toLowerCase()) at++;
  return at === word.length;
}

const startOf = ({ textEdit }: CompletionItem) =>
  textEdit && 'range' in textEdit ? textEdit.range.start.character : -1;

/** What was wrong while a line was typed. */
async function typeLine({ kind, text }: TypedFile, before: string, line: string): Promise<string[]> {
  const wrong: string[] = [];
  const tokens = yamlTokens(text);
  const number = before.split('\n').length - 1;
  for (let length = 0; length <= line.length; length++) {
    const typed = line.slice(0, length);
    // Indentation asks for nothing, and within a word nothing new comes behind its second letter.
    if (typed.trim() === '' || (length < line.length && /\w{3}$/.test(typed) && /\w/.test(line[length] ?? '')))
      continue;
    server.change(uris[kind], before + typed);
    const items = await server.complete(uris[kind], { line: number, character: length });
    const where = `${typed}█${line.slice(length)}`;
    const offset = before.length + length;
    for (const item of items) {
      const start = startOf(item);
      const word = line.slice(start, length);
      const inReference = /\$\{\s*[\w.-]*$/.test(typed);
      const token = tokens.find((one) => one.start < offset && offset <= one.end);
      if (token && (token.kind === 'comment' || token.kind === 'block-scalar') && !inReference)
        wrong.push(`${where}: ${item.label} is offered in a ${token.kind}`);
      const begin = before.length + start;
      if (word !== '' && !inReference && !tokens.some((one) => one.start === begin || one.start + 1 === begin))
        wrong.push(`${where}: ${item.label} replaces ${JSON.stringify(word)}, which is no whole word`);
      const accepts = (item.data as { enterAccepts?: boolean } | undefined)?.enterAccepts === true;
      if (accepts && matches(line.slice(start), item.filterText ?? item.label))
        wrong.push(`${where}: Enter at the end of the line accepts ${item.label}`);
    }
  }
  return wrong;
}

for (const [what, files] of [
  ['the examples', sampled(exampleFiles())],
  ['what the snippets give', snippetFiles()],
  ['files of other shapes', shapedFiles()],
] as const) {
  test(`${what} can be typed`, { timeout: 300_000 }, async () => {
    assert.ok(files.length > (isLong ? 5 : 1));
    const wrong: string[] = [];
    for (const file of files) {
      server.change(uris.project, ordersYaml);
      let before = '';
      for (const line of file.text.split('\n')) {
        wrong.push(...(await typeLine(file, before, line)).map((one) => `${file.name}: ${one}`));
        before += `${line}\n`;
      }
    }
    assert.deepEqual(wrong.slice(0, 20), [], `${wrong.length} faults`);
    assert.deepEqual(server.logged, []);
  });
}

test('nothing is offered in a dvc.yaml, which belongs to another extension', async () => {
  const text = 'stages:\n  a:\n    cmd: x\n    de';
  server.change(uris.dvc, text);
  assert.deepEqual(await server.complete(uris.dvc, { line: 3, character: 6 }), []);
});
