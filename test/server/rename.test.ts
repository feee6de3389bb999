// Each kind of name is renamed to each kind of bad name, and to names that are taken but for capital letters.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Location, WorkspaceEdit } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { checkProject } from '../../engine/checks/checkProject.ts';
import { openDatabase } from '../../engine/data/database.ts';
import { sqlKeywords } from '../../engine/data/sqlName.ts';
import { factRequests } from '../../engine/facts/requests.ts';
import { sqlFacts } from '../../engine/facts/sqlFacts.ts';
import { loadProject, type Project } from '../../engine/project/loadProject.ts';
import { entryOf, toValue, type Located } from '../../engine/project/located.ts';
import { seededRandom } from '../../engine/statistics/random.ts';
import { badNames } from '../fixtures/badNames.ts';
import { inMemory, type Texts } from '../helpers/checking.ts';
import { LspClient, uriOf } from '../helpers/lspClient.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { isLong } from '../helpers/rounds.ts';
import { ordersFiles, ordersSchema, ordersYaml } from '../helpers/ordersProject.ts';

const examples = join(import.meta.dirname, '../../examples');
const read = (folder: string): Texts =>
  Object.fromEntries(
    globSync('{*.yaml,{experiments,schemas,sql}/*}', { cwd: join(examples, folder) }).map((path) => [
      path,
      readFileSync(join(examples, folder, path), 'utf8'),
    ]),
  );

/**
 * Every kind of place in one project: quotes of each kind, flow and block, aliases, commands, comments, block scalars,
 * SQL of several shapes.
 */
const places: Texts = {
  ...ordersFiles({ rows: 3 }),
  'loopwright.yaml': ordersYaml
    .replace('  epochs: 3\n', '  "epochs": 3 # of the ${params.epochs}\n  \'rate\': &rate 0.1\n  other: *rate\n')
    .replace('{ model: train, data: features', '{ model: \'train\', data: "features"')
    .replace(
      '  collect:\n',
      '  report:\n    cmd: |\n      loopwright run train --param epochs=4 --experiment longer\n      loopwright serve production && loopwright monitor production\n    params: [rate]\n    deps: [loopwright.yaml]\n  collect:\n',
    )
    .replace(
      'batch_size: 32 }',
      'batch_size: 32, features: [amount, "hour"], preprocess: { amount: { scale: none }, \'hour\': { scale: none } } }',
    )
    .replace(
      '      roc_auc: { min: 0.6 }\n      pr',
      '      equal_opportunity_difference[country]: { max: 1 }\n      pr',
    )
    .replace(
      '\ncard:',
      '\nlabelling:\n  fraud: { data: features, key: id, label: late, classes: [yes, no], file: labels/own.csv, show: [amount, "country"], rules: sql/rules.sql }\n\ncard:',
    ),
  'schemas/orders.dataset.yaml': `${ordersSchema}uniqueKeys:\n  - [at, country]\n  - "amo\\u0075nt"\nforeignKeys:\n  - fields: country\n    reference: { resource: '', fields: [country] }\n`,
  'sql/features.sql':
    'WITH recent AS (\n  SELECT * FROM orders AS o WHERE o.hour > 2 -- hour\n)\nSELECT id, recent."at", amount, hour, upper(country) AS country, late\nFROM recent\nORDER BY "at", amount\n',
  'sql/rules.sql':
    'SELECT id AS key, true AS label, \'high\' AS rule FROM features WHERE features.amount > 50 AND "hour" < 4\n',
  'experiments/longer.experiment.yaml':
    'describe: More?\nparams: { epochs: 5 }\nstages:\n  train: { with: { features: [amount], preprocess: { amount: { scale: minmax } } } }\nsweep:\n  method: grid\n  objective: { minimize: equal_opportunity_difference[country] }\n  params:\n    rate: { choice: [0.1, 0.2] }\n',
};

const projects: Record<string, Texts> = {
  places,
  fraud: read('fraud'),
  penguins: read('penguins'),
  flights: read('flights'),
};

interface Symbol {
  path: string;
  offset: number;
  label: string;
}

/** A place of each name: what sections declare, and the fields of schemas. */
function symbolsOf(project: Project): Symbol[] {
  const found: Symbol[] = [];
  const add = (path: string, text: string, range: { start: number }, label: string) =>
    found.push({ path, offset: range.start + (/["']/.test(text[range.start] ?? '') ? 1 : 0), label });
  const { file, schemas } = project;
  for (const section of ['params', 'datasets', 'stages', 'deployments', 'monitors']) {
    const node: Located | undefined = entryOf(file.parsed.root ?? undefined, section)?.value;
    if (node?.kind === 'map')
      for (const entry of node.entries) add(file.path, file.parsed.text, entry.keyRange, `${section}.${entry.key}`);
  }
  for (const [path, { parsed }] of schemas) {
    const fields = entryOf(parsed.root ?? undefined, 'fields')?.value;
    for (const field of fields?.kind === 'seq' ? fields.items : []) {
      const name = entryOf(field, 'name')?.value;
      if (name) add(path, parsed.text, name.range, `${path}.${String(toValue(name))}`);
    }
  }
  return found;
}

const sharedNames = ['LW615', 'LW616'];

const server = await new LspClient().start();

class Renamer {
  readonly root: string;
  readonly original: Texts;
  now: Texts;

  constructor(texts: Texts) {
    this.root = makeProject(texts);
    this.original = texts;
    this.now = { ...texts };
    for (const [path, text] of Object.entries(texts)) server.open(this.uri(path), text);
  }

  uri(path: string): string {
    return uriOf(join(this.root, path));
  }

  project(): Project {
    return loadProject(this.root, inMemory(this.now), {});
  }

  #at(path: string, offset: number) {
    return {
      textDocument: { uri: this.uri(path) },
      position: TextDocument.create('x', 'x', 1, this.now[path] ?? '').positionAt(offset),
    };
  }

  async references({ path, offset }: Symbol): Promise<Location[]> {
    return await server.connection.sendRequest<Location[]>('textDocument/references', {
      ...this.#at(path, offset),
      context: { includeDeclaration: true },
    });
  }

  /** The places of a name in YAML: each leads to the same rename. */
  async places(symbol: Symbol): Promise<Symbol[]> {
    return (await this.references(symbol)).flatMap(({ uri, range }) => {
      const path = Object.keys(this.now).find((file) => this.uri(file) === uri) ?? '';
      return path.endsWith('.sql')
        ? []
        : [
            {
              path,
              offset: TextDocument.create('x', 'x', 1, this.now[path] ?? '').offsetAt(range.start),
              label: `${path}:${range.start.line + 1}`,
            },
          ];
    });
  }

  async edits({ path, offset }: Symbol, newName: string): Promise<WorkspaceEdit> {
    return await server.connection.sendRequest<WorkspaceEdit>('textDocument/rename', {
      ...this.#at(path, offset),
      newName,
    });
  }

  /** The reason of a refusal, or null. */
  async rename(symbol: Symbol, newName: string): Promise<string | null> {
    let edit: WorkspaceEdit;
    try {
      edit = await this.edits(symbol, newName);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    for (const file of Object.keys(this.now)) {
      const edits = edit.changes?.[this.uri(file)];
      if (!edits) continue;
      this.now[file] = TextDocument.applyEdits(TextDocument.create('x', 'x', 1, this.now[file] ?? ''), edits);
      server.change(this.uri(file), this.now[file] ?? '');
    }
    return null;
  }

  restore(): void {
    for (const [path, text] of Object.entries(this.original))
      if (this.now[path] !== text) server.change(this.uri(path), text);
    this.now = { ...this.original };
  }

  findings(): string[] {
    // The labels and what the model reads share names of columns, and one schema is renamed at a time.
    return checkProject(this.project())
      .filter(({ code }) => !sharedNames.includes(code))
      .map(({ code, file }) => `${code} ${file}`)
      .toSorted();
  }

  /** What the SQL makes of tables with the columns of the schemas, beside what the schema of its output declares. */
  async sql(): Promise<string[]> {
    const project = this.project();
    const requests = factRequests(project).filter((request) => request.kind === 'sql');
    return await Promise.all(
      requests.map(async (request) => {
        const facts = await sqlFacts(this.root, request);
        const stage = project.resolved.config?.stages[request.name];
        const output =
          stage && 'uses' in stage && stage.uses === 'prepare'
            ? project.resolved.config?.datasets?.[stage.with.output]?.schema
            : undefined;
        const declared = project.schemas.get(output ?? '')?.value?.fields.map(({ name }) => name) ?? [];
        const given = facts?.columns.map(({ name }) => name) ?? [];
        return `${facts?.error?.message ?? 'binds'}; lacks ${declared.filter((name) => !given.includes(name)).length}`;
      }),
    );
  }

  meaning(): unknown {
    const project = this.project();
    return [project.file, ...project.schemas.values(), ...project.experiments.values()].map(({ parsed }) =>
      toValue(parsed.root ?? undefined),
    );
  }
}

const seed = Number(process.env['LOOPWRIGHT_FUZZ_SEED'] ?? 1);
const each = Number(process.env['LOOPWRIGHT_RENAMES'] ?? 2);

// The first has each kind of place; the examples are long.
for (const [title, texts] of Object.entries(projects).slice(0, isLong ? 4 : 1)) {
  test(
    `${title}: renamed to whatever, the project is as clean as before and the way back leads home, or the reason is told`,
    { timeout: 300_000 },
    async (context) => {
      const renamer = new Renamer(texts);
      const random = seededRandom(seed);
      const before = renamer.findings();
      const sql = await renamer.sql();
      const meaning = renamer.meaning();
      const counts = { done: 0, refused: 0 };
      for (const symbol of symbolsOf(renamer.project())) {
        const uses = (await renamer.references(symbol)).length;
        assert.ok(uses > 0, `${symbol.label} is found`);
        const fromHere = await renamer.edits(symbol, 'fresh_name').catch(() => null);
        for (const place of await renamer.places(symbol))
          assert.deepEqual(
            await renamer.edits(place, 'fresh_name').catch(() => null),
            fromHere,
            `${symbol.label} from ${place.label}`,
          );
        const inSql = /^datasets|^schemas/.test(symbol.label);
        const own = symbol.label.split('.').at(-1) ?? '';
        const names = [
          'fresh_name',
          ...Array.from({ length: each }, () => badNames[random.integer(badNames.length)] ?? ''),
        ];
        for (const name of names.filter((one) => one !== own)) {
          const what = `${symbol.label} → ${JSON.stringify(name)}`;
          const refusal = await renamer.rename(symbol, name);
          if (refusal !== null) {
            assert.ok(
              name !== 'fresh_name' || /so it is not clear what|selects `\*`/.test(refusal),
              `${what} is refused: ${refusal}`,
            );
            assert.match(refusal, /^[A-Z`"].{15,}\.$/su, what);
            assert.doesNotMatch(refusal, /undefined|null\b(?!")|\[object/, what);
            counts.refused++;
            continue;
          }
          counts.done++;
          assert.deepEqual(renamer.findings(), before, `${what}\n${renamer.now[symbol.path] ?? ''}`);
          if (inSql)
            assert.deepEqual(
              await renamer.sql(),
              sql,
              `${what}\n${Object.entries(renamer.now)
                .filter(([path]) => path.endsWith('.sql'))
                .map(([, text]) => text)
                .join('\n')}`,
            );
          const renamed =
            symbolsOf(renamer.project()).find(
              ({ label }) => label === `${symbol.label.slice(0, symbol.label.length - own.length)}${name}`,
            ) ?? symbol;
          assert.equal((await renamer.references(renamed)).length, uses, `${what} keeps its uses`);
          const back = await renamer.rename(renamed, own);
          assert.equal(back, null, `${what} and back`);
          assert.deepEqual(renamer.meaning(), meaning, `${what} and back`);
          if (inSql && name === 'fresh_name') assert.deepEqual(await renamer.sql(), sql, `${what} and back`);
          renamer.restore();
        }
      }
      assert.ok(counts.done > 20 && counts.refused > 10, JSON.stringify(counts));
      context.diagnostic(`seed ${seed}: ${counts.done} renamed, ${counts.refused} refused`);
    },
  );
}

test('SQL leads to the same names: a table, a column behind its table, one alone', async () => {
  const renamer = new Renamer(places);
  const sql = places['sql/features.sql'] ?? '';
  const at = (text: string, into = 0): Symbol => ({
    path: 'sql/features.sql',
    offset: sql.indexOf(text) + into,
    label: text,
  });
  assert.equal(await renamer.rename(at('orders AS o', 2), 'order'), null);
  assert.match(renamer.now['sql/features.sql'] ?? '', /FROM "order" AS o/);
  assert.match(renamer.now['loopwright.yaml'] ?? '', /\n {2}order: {3}\{ path.*with: \{ dataset: order,/s);
  renamer.restore();
  assert.equal(await renamer.rename(at('o.hour', 3), 'Stunde des Tages'), null);
  assert.match(
    renamer.now['sql/features.sql'] ?? '',
    /o\."Stunde des Tages" > 2 -- hour.*amount, "Stunde des Tages", upper/s,
  );
  assert.match(renamer.now['schemas/orders.dataset.yaml'] ?? '', /name: Stunde des Tages, type/);
  assert.match(renamer.now['sql/rules.sql'] ?? '', /AND "Stunde des Tages" < 4/);
  renamer.restore();
  assert.match((await renamer.rename(at('orders AS o', 2), 'recent')) ?? '', /uses `recent` for something else/);
});

test('an experiment is renamed with its file and the commands that run it', async () => {
  const renamer = new Renamer(places);
  const yaml = places['loopwright.yaml'] ?? '';
  const symbol: Symbol = {
    path: 'loopwright.yaml',
    offset: yaml.indexOf('--experiment longer') + 15,
    label: 'experiment',
  };
  const { documentChanges = [] } = await renamer.edits(symbol, 'wider-2');
  const file = (name: string) => renamer.uri(`experiments/${name}.experiment.yaml`);
  assert.deepEqual(documentChanges.at(-1), { kind: 'rename', oldUri: file('longer'), newUri: file('wider-2') });
  assert.equal(documentChanges.length, 2);
  for (const [name, why] of [
    ['a/b', /cannot be a name/],
    ['default', /without an experiment/],
    ['con', /Windows/],
    ['..', /cannot be a name/],
    ['', /empty/],
  ] as const)
    await assert.rejects(renamer.edits(symbol, name), why, name);
  const moved = await server.connection.sendRequest<WorkspaceEdit>('workspace/willRenameFiles', {
    files: [{ oldUri: file('longer'), newUri: file('wider') }],
  });
  assert.deepEqual(
    moved.changes?.[renamer.uri('loopwright.yaml')]?.map(({ newText }) => newText),
    ['wider'],
  );
});

test('a reason is told for a name that is taken, but for capital letters too', async () => {
  const renamer = new Renamer(places);
  const symbols = symbolsOf(renamer.project());
  const of = (label: string) => symbols.find((symbol) => symbol.label === label) ?? assert.fail(label);
  for (const [label, name, why] of [
    ['params.epochs', 'rate', /already declared under `params`/],
    ['params.epochs', 'Rate', /differs only in case/],
    ['stages.train', 'Collect', /`collect` is already declared/],
    ['datasets.orders', 'FEATURES', /differs only in case/],
    ['schemas/orders.dataset.yaml.amount', 'Hour', /SQL treats the two as equal/],
    ['schemas/orders.dataset.yaml.amount', 'a\nb', /one line of text/],
    ['schemas/orders.dataset.yaml.country', 'a]b', /no longer be found|mistake/],
  ] as const)
    assert.match((await renamer.rename(of(label), name)) ?? 'renamed', why, `${label} → ${name}`);
  assert.equal(await renamer.rename(of('params.epochs'), 'EPOCHS'), null);
});

test('the words that need quotes are those of DuckDB', async () => {
  const db = await openDatabase();
  try {
    const rows = await db.rows(
      "SELECT keyword_name AS word FROM duckdb_keywords() WHERE keyword_category <> 'unreserved'",
    );
    assert.deepEqual([...sqlKeywords].toSorted(), rows.map(({ word }) => String(word)).toSorted());
  } finally {
    db.close();
  }
});
