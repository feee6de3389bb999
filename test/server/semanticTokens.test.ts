import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { SemanticTokens, SemanticTokensDelta, SemanticTokensLegend } from 'vscode-languageserver';
import { semanticTokensLegend } from '../../server/features/semanticTokens.ts';
import { seededRandom } from '../../engine/statistics/random.ts';
import { LspClient, uriOf } from '../helpers/lspClient.ts';
import { ordersProject, ordersSchema, ordersYaml } from '../helpers/ordersProject.ts';

const server = await new LspClient().start();
const root = ordersProject();
const uris = {
  project: uriOf(join(root, 'loopwright.yaml')),
  experiment: uriOf(join(root, 'experiments/longer.experiment.yaml')),
  dataset: uriOf(join(root, 'schemas/orders.dataset.yaml')),
};
server.open(uris.project, ordersYaml);
server.open(uris.experiment, '');
server.open(uris.dataset, ordersSchema);
const legend: SemanticTokensLegend = semanticTokensLegend;

interface Word {
  line: number;
  start: number;
  text: string;
  type: string;
}

/** The tokens as words with their type; fails when they overlap, leave their line or are out of order. */
function words(text: string, { data }: SemanticTokens): Word[] {
  const lines = text.split('\n');
  const found: Word[] = [];
  for (let i = 0; i < data.length; i += 5) {
    const [down = 0, right = 0, length = 0, type = 0, modifiers = 0] = data.slice(i, i + 5);
    const last = found.at(-1);
    const line = (last?.line ?? 0) + down;
    const start = down === 0 ? (last?.start ?? 0) + right : right;
    assert.ok(down >= 0 && length > 0, 'in order, not empty');
    if (last?.line === line) assert.ok(start >= last.start + last.text.length, `${last.text} overlaps`);
    assert.ok(start + length <= (lines[line] ?? '').replace(/\r$/, '').length, `line ${line + 1} is left`);
    found.push({
      line,
      start,
      text: (lines[line] ?? '').slice(start, start + length),
      type: `${legend.tokenTypes[type]}${modifiers & 1 ? '+declaration' : ''}`,
    });
  }
  return found;
}

async function tokens(text: string, file: keyof typeof uris = 'project'): Promise<Word[]> {
  server.change(uris[file], text);
  return words(
    text,
    await server.connection.sendRequest<SemanticTokens>('textDocument/semanticTokens/full', {
      textDocument: { uri: uris[file] },
    }),
  );
}

/** The words between « and » have these types, in order; `-` for none. */
async function typed(marked: string, expected: string, file: keyof typeof uris = 'project'): Promise<void> {
  const text = marked.replaceAll(/[«»]/g, '');
  const found = await tokens(text, file);
  const told = [...marked.matchAll(/«([^»]*)»/g)].map((match) => {
    const before = marked.slice(0, match.index).replaceAll(/[«»]/g, '').split('\n');
    const [line, start] = [before.length - 1, before.at(-1)?.length ?? 0];
    return found.find((word) => word.line === line && word.start === start && word.text === match[1])?.type ?? '-';
  });
  assert.deepEqual(told, expected.split(' '));
}

function project(from: string, to: string): string {
  assert.ok(ordersYaml.includes(from), from);
  return ordersYaml.replace(from, to);
}

test('keys of the format, declared names and built-in kinds', async () => {
  await typed(
    ordersYaml
      .replace('seed:', '«seed»:')
      .replace('  epochs: 3', '  «epochs»: 3')
      .replace('orders:  ', '«orders»:  ')
      .replace('  train:\n    uses: train', '  «train»:\n    «uses»: «train»')
      .replace('production: { model: champion, as: api', '«production»: { «model»: «champion», as: «api»')
      .replace('monitors:\n  production', 'monitors:\n  «production»'),
    'property variable+declaration struct+declaration function+declaration property keyword interface+declaration property enumMember keyword event+declaration',
  );
});

test('references have the type of what they name, and none when nothing is there', async () => {
  await typed(project('data: features, model: logistic', 'data: «features», model: «logistic»'), 'struct enumMember');
  await typed(project('data: features, model: logistic', 'data: «featurs», model: «logistc»'), '- -');
  await typed(project('run: [collect, prepare', 'run: [«collect», "«prepare»", «gone»'), 'function function -');
  await typed(
    project(
      '{ monitor: production, drift: dataset, for: 2 windows }',
      '{ monitor: «production», drift: «dataset», for: «2 windows» }',
    ),
    'event enumMember number',
  );
  await typed(project('deployment: production', 'deployment: «production»'), 'interface');
  await typed(project('every: 1d', 'every: «1d»'), 'number');
  await typed(project('every: 1d', 'every: «often»'), '-');
  await typed(project('seed: 3', '«sed»: 3'), '-');
});

test('columns and metrics', async () => {
  await typed(
    project(
      'slices: [country], fairness: { attributes: [country]',
      'slices: [«country», «city»], fairness: { attributes: ["«country»"]',
    ),
    'parameter - parameter',
  );
  await typed(project('column: at', 'column: «at»'), 'parameter');
  await typed(project('key: id', 'key: «id»'), 'parameter');
  await typed(project('key: id', 'key: «amount»'), '-');
  await typed(project('pr_auc@champion', '«pr_auc»@«champion»'), 'enumMember keyword');
  await typed(project('pr_auc@champion:', '«equal_opportunity_difference»[«country»]:'), 'enumMember parameter');
  await typed(project('pr_auc@champion:', '«happiness»[«city»]:'), '- -');
  await typed(project('missing[amount]', '«missing»[«amount»]'), 'enumMember parameter');
  await typed(project('below: roc_auc', 'below: «roc_auc»'), 'enumMember');
});

test('interpolation in values, quotes and the lines of a command', async () => {
  await typed(project('"${params.epochs}"', '"«${»«params».«epochs»«}»"'), 'operator namespace variable operator');
  await typed(project('"${params.epochs}"', '"«${»«params».«epocs»«}»"'), 'operator namespace - operator');
  await typed(project('"${params.epochs}"', '"«${»«planets».«mars»}"'), '- - -');
  const cmd = (line: string) =>
    `version: 1\nproject: p\nparams: { a: 1 }\ndatasets: { d: { path: x.csv } }\nstages:\n  s:\n    cmd: |\n      # go\n      ${line}\n`;
  await typed(
    cmd('python a.py «${»«params».«a»«}» --in ${«datasets».«d».«path»}'),
    'operator namespace variable operator namespace struct property',
  );
  await typed(cmd('python a.py ${«datasets».«e».path} ${«params».«a».path}'), 'namespace - - -');
  await typed(`# \${«params».a}\n${cmd('go')}`, '-');
});

test('a dataset schema: its columns where declared and in its keys', async () => {
  server.change(uris.project, ordersYaml);
  const schema = `${ordersSchema}uniqueKeys: [«hour», [«country», «city»]]\nforeignKeys: [{ fields: «id», reference: { resource: labels, fields: [«id», «amount»] } }]\n`;
  await typed(schema, 'parameter parameter - parameter parameter -', 'dataset');
  await typed(
    ordersSchema
      .replace('name: amount, type: number', '«name»: «amount», type: «number»')
      .replace('role: target', 'role: «target»')
      .replace('primaryKey: id', '«primaryKey»: «id»'),
    'property parameter+declaration enumMember enumMember property parameter',
    'dataset',
  );
  await typed(ordersSchema.replace('role: feature }', 'role: feature, unit: «EUR» }'), 'number', 'dataset');
});

test('an experiment refers to what the project declares', async () => {
  server.change(uris.project, ordersYaml);
  await typed(
    'describe: ${params.«epochs»}\nparams: { «epochs»: 5, «gone»: 1 }\nstages: { «train»: { with: { «dropout»: 0.2, «dropot»: 1, model: «mlp», data: «features», target: «late» } }, «gone»: {} }\nsweep:\n  method: «grid»\n  objective: { «maximize»: «pr_auc» }\n  params: { «epochs»: { choice: [1] } }\n',
    'variable variable - function property - enumMember struct parameter - enumMember property enumMember variable',
    'experiment',
  );
});

test('a range has only its own tokens, a delta leads to the same as the whole', async () => {
  server.change(uris.project, ordersYaml);
  const request = { textDocument: { uri: uris.project } };
  const part = await server.connection.sendRequest<SemanticTokens>('textDocument/semanticTokens/range', {
    ...request,
    range: { start: { line: 1, character: 0 }, end: { line: 2, character: 4 } },
  });
  assert.deepEqual(
    words(ordersYaml, part).map(({ text }) => text),
    ['project', 'seed'],
  );
  const first = await server.connection.sendRequest<SemanticTokens>('textDocument/semanticTokens/full', request);
  const edited = ordersYaml.replace('  epochs: 3\n', '  rounds: 3\n  epochs: 3\n');
  server.change(uris.project, edited);
  const delta = await server.connection.sendRequest<SemanticTokensDelta>('textDocument/semanticTokens/full/delta', {
    ...request,
    previousResultId: first.resultId,
  });
  const data = [...first.data];
  for (const { start, deleteCount, data: added = [] } of delta.edits.toReversed())
    data.splice(start, deleteCount, ...added);
  assert.deepEqual(words(edited, { data }), await tokens(edited));
});

test('a name that holds a carriage return has no token: it stands on two lines', async () => {
  const text = ordersSchema.replace('name: amount', 'name: am\rount');
  server.change(uris.dataset, text);
  const { data } = await server.connection.sendRequest<SemanticTokens>('textDocument/semanticTokens/full', {
    textDocument: { uri: uris.dataset },
  });
  const lengths = text.split(/\r\n|\n|\r/).map((line) => line.length);
  let [line, character] = [0, 0];
  for (let i = 0; i < data.length; i += 5) {
    [line, character] = [line + (data[i] ?? 0), (data[i] === 0 ? character : 0) + (data[i + 1] ?? 0)];
    assert.ok(character + (data[i + 2] ?? 0) <= (lengths[line] ?? 0), `the token at ${line}:${character}`);
  }
  server.change(uris.dataset, ordersSchema);
});

test('aliases, merges, Windows line ends, broken and foreign texts do no harm (random)', async () => {
  await typed(
    'version: 1\nproject: p\nstages:\n  a: &a\n    uses: «validate»\n    with: { model: «a» }\n  b: *a\n  c: { <<: *a, «description»: x }\n',
    'keyword function property',
  );
  assert.deepEqual(
    (await tokens(ordersYaml.replaceAll('\n', '\r\n'))).map(({ text, type }) => text + type),
    (await tokens(ordersYaml)).map(({ text, type }) => text + type),
  );
  const random = seededRandom(4);
  for (let i = 0; i < 150; i++) {
    const at = random.integer(ordersYaml.length);
    const piece = ['', '"', '{', '\n', ': ', '|\n', '- ', '${params.epochs}', '*x', '&x '][random.integer(10)] ?? '';
    await tokens(ordersYaml.slice(0, at) + piece + ordersYaml.slice(at + random.integer(20)));
  }
  await tokens('- a\n- b\n');
  assert.deepEqual(server.logged, []);
});
