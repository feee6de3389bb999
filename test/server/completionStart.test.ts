import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompletionItem } from 'vscode-languageserver';
import { complete, server, stage, start, uris, type File } from '../helpers/completing.ts';
import { withCursor } from '../helpers/lspClient.ts';
import { ordersYaml } from '../helpers/ordersProject.ts';

// Where a list of completions opens and where not, when it is asked for again, and what Enter accepts.

const nowhere: [kind: string, texts: string[], file?: File][] = [
  [
    'a key whose colon has no space behind it',
    [
      'stages:█',
      'version: 1\nparams:█\n',
      stage('deps:█'),
      `${start}  s: { cmd:█ }`,
      ordersYaml.replace('slices: [country]', 'slices:█'),
    ],
  ],
  ['a comment', ['# █', 'version: 1 # st█', '  # ${par█', stage('# deps: █'), `${start}  s: { cmd: x, # ou█\n  }\n`]],
  [
    'a block scalar',
    [
      stage('description: |\n      dep█'),
      stage('description: >-\n      a\n\n      █'),
      'card:\n  ethics: |\n    st█\n',
      'card:\n  ethics: |2\n      st█\n',
      'card:\n  ethics: >\n    a\n   # b█\n',
    ],
  ],
  [
    'a text of several lines',
    [
      stage('description: one\n      dep█'),
      stage('description: "one\n      dep█"'),
      stage("description: 'one\n      dep█'"),
      'project: a\n  st█\n',
    ],
  ],
  [
    'an anchor, an alias, a tag, a marker',
    ['stages: &st█', 'stages: *st█', '<<: *█', 'stages: !st█', '---█', '? st█', '--- █'.replace(' █', '█')],
  ],
  ['free text', ['project: █', 'project: ord█', stage('cmd: █'), stage('description: de█')]],
  [
    'behind a closed value',
    [stage('deps: [a]█'), stage('deps: [a] █'), stage('deps: "a" █'), `${start}  s: { cmd: x } █`],
  ],
  ['a fields list of another file', ['fields: █\n', 'fields:█'], 'dataset'],
  ['a text where a mapping belongs', ['datasets: █', 'stages: █\n', 'deployments: █', 'params: █']],
];
for (const [kind, texts, file] of nowhere) {
  test(`nothing is offered in ${kind}`, async () => {
    for (const marked of texts)
      assert.deepEqual(
        (await complete(marked, file)).items.map(({ label }) => label),
        [],
        marked,
      );
  });
}

test('indentation asks for nothing, a space behind a dash or colon does', async () => {
  const ask = async (marked: string) => {
    const { text, position } = withCursor(marked);
    server.change(uris.project, text);
    return (
      (
        await server.connection.sendRequest<{ items: CompletionItem[] } | null>('textDocument/completion', {
          textDocument: { uri: uris.project },
          position,
          context: { triggerKind: 2, triggerCharacter: ' ' },
        })
      )?.items.length ?? 0
    );
  };
  assert.equal(await ask(`${start} █`), 0);
  assert.equal(await ask(stage('  █')), 0);
  assert.ok((await ask(stage('deps:\n      - █'))) > 0);
  assert.ok((await ask(ordersYaml.replace('uses: train', 'uses: █'))) > 0);
});

test('Enter accepts a key that was begun, and a value only before the closing bracket or quote', async () => {
  const accepts = async (marked: string, file?: File) =>
    (await complete(marked, file)).items.some(({ data }) => (data as { enterAccepts: boolean }).enterAccepts);
  for (const marked of [
    'pro█',
    stage('ou█'),
    ordersYaml.replace('slices: [country]', 'slices: [country, am█]'),
    ordersYaml.replace('uses: train', 'uses: "tr█"'),
    ordersYaml.replace('${params.epochs}', '${par█}'),
    `${start}  s: { cmd: x, ou█ }`,
  ])
    assert.ok(await accepts(marked), marked);
  assert.ok(await accepts('fields:\n  - na█\n', 'dataset'));
  for (const marked of ['fields:\n  - id█\n', 'fields:\n  - name: a\n    zz█\n', 'xfields█'])
    assert.ok(!(await accepts(marked, 'dataset')), `${marked}: no key begins so`);
  for (const marked of [
    '█',
    ordersYaml.replace('uses: train', 'uses: tr█'),
    stage('deps: [src/█'),
    stage('deps:\n      - sr█'),
    stage('ou█: x'),
    ordersYaml.replace('slices: [country]', 'slices: [█]'),
    ordersYaml.replace('uses: train', 'uses: tr█ # c'),
  ])
    assert.ok(!(await accepts(marked)), marked);
});

test('a list is asked for again with the first letter only: meanwhile the editor shows the old one', async () => {
  for (const [marked, again] of [
    ['█', true],
    ['d█', false],
    ['datasets█', false],
    [stage('deps: [█]'), true],
    [stage('deps: [s█]'), false],
  ] as const) {
    const { text, position } = withCursor(marked);
    server.change(uris.project, text);
    const found = await server.connection.sendRequest<{ isIncomplete: boolean }>('textDocument/completion', {
      textDocument: { uri: uris.project },
      position,
    });
    assert.equal(found.isIncomplete, again, marked);
  }
});
