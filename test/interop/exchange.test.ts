import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { openDatabase } from '../../engine/data/database.ts';
import { rawSource } from '../../engine/data/typedSource.ts';
import { validateTable } from '../../engine/data/validateTable.ts';
import { DataError } from '../../engine/base/errors.ts';
import { importCroissant } from '../../engine/interop/croissant.ts';
import { greatExpectationsSuite, jsonSchemaOf, tableSchemaJson } from '../../engine/interop/exportSchema.ts';
import { importMlflowSignature } from '../../engine/interop/mlflowSignature.ts';
import { importPandera } from '../../engine/interop/panderaYaml.ts';
import { schemaText } from '../../engine/project/mergeSchema.ts';
import { loadConfigFile } from '../../engine/project/loadProject.ts';
import { parseYaml } from '../../engine/project/parseYaml.ts';
import type { DatasetSchema } from '../../engine/project/schema/datasetSchema.ts';
import { temporaryFolder } from '../data/temporaryFolder.ts';
import { interopVenv as venv } from '../helpers/interopVenv.ts';

const folder = temporaryFolder();
const csv = join(folder, 'rows.csv');
const schema: DatasetSchema = {
  title: 'Rows',
  fields: [
    { name: 'id', type: 'integer' },
    {
      name: 'amount',
      type: 'number',
      constraints: { minimum: 0, maximum: 100 },
      loopwright: { role: 'feature', presence: 0.5 },
    },
    { name: 'code', type: 'string', constraints: { required: true, pattern: '[A-Z]{2}', minLength: 2 } },
    { name: 'kind', type: 'string', constraints: { enum: ['a', 'b'] } },
    { name: 'at', type: 'date' },
    { name: 'mail', type: 'string', format: 'email' },
    { name: 'flag', type: 'boolean' },
  ],
  primaryKey: 'id',
  missingValues: [''],
};
const rows = [
  '1,5,DE,a,2026-01-01,a@b.org,true',
  '2,-1,DE,a,2026-01-02,a@b.org,false',
  '3,101,DE,b,2026-01-03,a@b.org,true',
  '4,7,de,b,2026-01-04,a@b.org,true',
  '5,7,,b,2026-01-05,a@b.org,true',
  '6,7,FR,c,2026-01-06,a@b.org,true',
  '7,7,FR,a,2026-13-06,a@b.org,true',
  '8,7,FR,a,2026-01-08,nobody,true',
  '9,,FR,,,,',
  '9,7,FR,a,2026-01-10,a@b.org,true',
  '11,7,FRA,a,2026-01-10,a@b.org,true',
  '12,x,FR,a,2026-01-10,a@b.org,maybe',
];

test('files of pandera, MLflow and Croissant are converted to schemas', () => {
  const fixture = (name: string): unknown =>
    parse(readFileSync(join(import.meta.dirname, '../fixtures/interop', name), 'utf8'));
  const pandera = importPandera(fixture('pandera.yaml'));
  assert.deepEqual(pandera.schema.fields.slice(0, 4), [
    { name: 'id', type: 'integer', constraints: { required: true, unique: true } },
    {
      name: 'amount',
      type: 'number',
      title: 'Amount',
      description: 'Amount charged',
      constraints: { minimum: 0, exclusiveMaximum: 50000 },
    },
    { name: 'kind', type: 'string', constraints: { required: true, enum: ['a', 'b'] } },
    { name: 'code', type: 'string', constraints: { required: true, pattern: '[A-Z]{2}', minLength: 2, maxLength: 2 } },
  ]);
  assert.deepEqual([pandera.schema.fieldsMatch, pandera.schema.uniqueKeys], ['equal', [['id', 'kind']]]);
  const old = importPandera({
    columns: {
      a: { dtype: 'float64', nullable: false, checks: { in_range: { min_value: 0, max_value: 1 }, my_own: 3 } },
    },
  });
  assert.deepEqual(
    [old.schema.fields[0]?.constraints, old.notes],
    [{ required: true, minimum: 0, maximum: 1 }, ['a: the check my_own has no counterpart.']],
  );
  assert.deepEqual(
    importMlflowSignature(fixture('MLmodel.yaml')).schema.fields.map(({ name, type, constraints }) => [
      name,
      type,
      constraints?.required ?? false,
    ]),
    [
      ['a', 'integer', true],
      ['b', 'number', false],
      ['c', 'string', true],
      ['d', 'boolean', true],
      ['e', 'datetime', true],
    ],
  );
  const [tx, countries] = importCroissant(fixture('croissant.json'));
  assert.deepEqual(
    [tx?.name, tx?.schema.primaryKey, tx?.schema.foreignKeys, tx?.schema.fields.map(({ type }) => type)],
    [
      'tx',
      'id',
      [{ fields: 'country', reference: { resource: 'countries', fields: 'code' } }],
      ['integer', 'number', 'string', 'date', 'boolean', 'string'],
    ],
  );
  assert.equal(countries?.name, 'countries');
  for (const imported of [pandera, tx])
    assert.deepEqual(
      loadConfigFile('dataset', parseYaml('x.dataset.yaml', schemaText(imported?.schema ?? { fields: [] }))).problems,
      [],
    );
});

test('a file of another kind is an error', () => {
  const says = (about: RegExp) => (error: unknown) => error instanceof DataError && about.test(error.message);
  for (const nonsense of [null, 5, 'x', [], {}, { columns: [] }, { recordSet: [] }]) {
    assert.throws(() => importPandera(nonsense), says(/no `columns`/));
    assert.throws(() => importCroissant(nonsense), says(/no `recordSet`/));
    assert.throws(() => importMlflowSignature(nonsense), says(/no `signature`/));
  }
  assert.throws(
    () => importMlflowSignature({ signature: { inputs: '[{"type":"tensor","tensor-spec":{}}]' } }),
    says(/is a tensor signature/),
  );
  assert.throws(() => importMlflowSignature({ signature: { inputs: '{broken' } }), says(/not valid JSON/));
});

test('an export lists the rules that it left out', () => {
  const suite = greatExpectationsSuite(
    { ...schema, foreignKeys: [{ fields: 'kind', reference: { resource: 'kinds', fields: 'id' } }] },
    'rows',
  );
  assert.deepEqual((suite['meta'] as { loopwright_left_out: string[] }).loopwright_left_out, [
    'mail: format email',
    'kind: foreign key',
  ]);
});

const missing = venv.prepare();

test(
  'the tools themselves',
  { skip: missing === null ? false : `The Python packages cannot be installed: ${missing}` },
  async (t) => {
    writeFileSync(csv, `${schema.fields.map(({ name }) => name).join(',')}\n${rows.join('\n')}\n`);
    const documents = [
      { id: 1, code: 'DE', amount: 5, kind: 'a', at: '2026-01-01', mail: null, flag: true },
      { id: 2, code: 'de' },
      { id: 3, code: 'DE', amount: 101 },
      { code: 'DE' },
      { id: 4, code: 'DE', kind: 'c' },
      { id: 5, code: 'DE', flag: null, other: 1 },
      { id: 1.5, code: 'DE' },
    ];
    const answer = JSON.parse(
      venv
        .run(
          join(import.meta.dirname, 'exchange.py'),
          JSON.stringify({
            csv,
            suite: greatExpectationsSuite(schema, 'rows'),
            jsonSchema: jsonSchemaOf(schema),
            tableSchema: tableSchemaJson(schema),
            rows: documents,
          }),
        )
        .trim()
        .split('\n')
        .at(-1) ?? '',
    ) as {
      written: { pandera: string; mlflow: string; croissant: string };
      greatExpectations: [string, string | null, boolean, number | null][];
      jsonschema: boolean[];
      frictionless: number[];
    };
    const db = await openDatabase({ threads: 1 });
    t.after(() => db.close());
    const raw = rawSource([csv], schema);
    const ours = await validateTable(db, { source: raw.sql, schema, mode: raw.mode, rejects: raw.rejects });
    const invalid = (await db.rows(ours.invalidSql)).map((row) => Number(row['_row']));

    await t.test('frictionless calls the same rows invalid', () => {
      assert.deepEqual(answer.frictionless, invalid);
    });
    await t.test('Great Expectations counts the same', () => {
      const count = (type: string, column: string) =>
        answer.greatExpectations.find(([kind, name]) => kind === type && name === column)?.[3];
      const own = (field: string, ...names: string[]) =>
        ours.rules
          .filter((rule) => rule.field === field && names.includes(rule.rule))
          .reduce((sum, rule) => sum + rule.count, 0);
      assert.equal(
        answer.greatExpectations.find(([kind, name]) => kind === 'expect_column_to_exist' && name === 'mail')?.[2],
        true,
      );
      assert.equal(count('expect_column_values_to_match_regex', 'code'), own('code', 'pattern'));
      assert.equal(count('expect_column_values_to_be_in_set', 'kind'), own('kind', 'enum'));
      assert.equal(count('expect_column_values_to_not_be_null', 'code'), own('code', 'required'));
      // Great Expectations counts both of two equal keys, Loopwright only the second.
      assert.equal(count('expect_column_values_to_be_unique', 'id'), 2 * own('id', 'primaryKey'));
    });
    await t.test('jsonschema takes the rows that fit and no other', () =>
      assert.deepEqual(answer.jsonschema, [true, false, false, false, false, true, false]),
    );
    await t.test('what they write today is read as what they wrote for the fixtures', () => {
      assert.equal(
        importPandera(parse(answer.written.pandera)).schema.fields.find(({ name }) => name === 'code')?.constraints
          ?.pattern,
        '[A-Z]{2}.*',
      );
      assert.deepEqual(
        importMlflowSignature(parse(answer.written.mlflow)).schema.fields.map(({ name, loopwright }) => [
          name,
          loopwright?.role,
        ]),
        [
          ['a', 'feature'],
          ['b', 'feature'],
          ['c', 'feature'],
          ['d', 'feature'],
          ['e', 'feature'],
          ['score', 'prediction'],
        ],
      );
      assert.equal(importCroissant(JSON.parse(answer.written.croissant)).length, 2);
    });
  },
);
