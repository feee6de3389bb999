import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import type { Column, Table } from '../../../engine/data/table.ts';
import { openRecognised, recogniseModel } from '../../../engine/models/flavours/flavours.ts';
import type { InputType, OpenedModel, TypedInput } from '../../../engine/models/flavours/flavour.ts';
import { mlflowVenv } from '../../mlflow/mlflowVenv.ts';
import { modelsVenv } from '../modelsVenv.ts';
import { nodeRuntimeFolder } from './nodeRuntime.ts';

interface Case {
  name: string;
  path: string;
  columns: { name: string; type: InputType; values: (string | null)[] }[];
  /** Absent: the answers are values. */
  classes?: string[];
  scale: 'probability' | 'decision' | 'none';
  /** True when the graph names its inputs. */
  named?: boolean;
  /** True when the columns of the scores are in the reverse order of the classes. */
  swapped?: boolean;
  label: string[] | null;
  scores: string[][];
}

interface TorchCase {
  name: string;
  path: string;
  rows: number[][];
  answers: number[][];
}

const folder = mkdtempSync(join(tmpdir(), 'loopwright-onnx-'));
let cases: Case[] = [];
let torchCases: TorchCase[] = [];
before(() => {
  for (const venv of [modelsVenv, mlflowVenv]) assert.equal(venv.prepare(), null);
  const input = JSON.stringify({ folder });
  cases = JSON.parse(modelsVenv.run(join(import.meta.dirname, 'exportModels.py'), input)) as Case[];
  torchCases = JSON.parse(mlflowVenv.run(join(import.meta.dirname, 'exportTorch.py'), input)) as TorchCase[];
});
after(() => rmSync(folder, { recursive: true, force: true }));

const runtimes = {
  WebAssembly: () => folder,
  native: nodeRuntimeFolder,
} as const;

for (const [runtime, rootOf] of Object.entries(runtimes)) {
  const open = (path: string): Promise<OpenedModel> => {
    const found = recogniseModel(path);
    assert.ok(found, `${path} is recognised`);
    assert.deepEqual(found.stated.refusals, []);
    return openRecognised(found, {
      root: rootOf(),
      temp: folder,
      python: () => null,
      namesPython: false,
      log: () => {},
    });
  };

  suite(`scores of ONNX models, ${runtime}`, () => {
    test('equal those of onnxruntime in Python on random and nasty rows', async (t) => {
      assert.ok(cases.length > 30);
      for (const each of cases)
        await t.test(each.name, async () => {
          const model = await open(each.path);
          assert.match(model.description.runtime, new RegExp(`^ONNX Runtime 1\\.30\\.0 \\(${runtime}\\)$`));
          assert.deepEqual(model.description.classes, each.classes ?? null);
          assert.equal(model.description.scores, each.scale);
          assert.equal(model.description.kind, each.classes ? 'classification' : 'regression');
          assert.deepEqual(
            model.description.inputs?.map(({ name, type }) => [name, type]) ?? model.description.width,
            each.named ? each.columns.map(({ name, type }) => [name, type]) : each.columns.length,
          );
          const answers = await model.answer(tableOf(each), inputsOf(each));
          const expected = each.swapped ? each.scores.toReversed() : each.scores;
          if (answers.kind === 'values') assertNear([answers.values], expected);
          else if (answers.kind === 'scores')
            assertNear(
              answers.columns,
              expected.length === 1 ? [expected[0]?.map(negative) ?? [], ...expected] : expected,
            );
          else assert.deepEqual(answers.values, each.label);
          if (answers.kind === 'scores' && each.swapped) assertLargestIsLabel(answers.columns, each);
          await model.close();
        });
    });

    test('equal those of PyTorch for networks, with fixed batches and with weights in a file of their own', async (t) => {
      assert.equal(torchCases.length, 7);
      for (const each of torchCases)
        await t.test(each.name, async () => {
          const model = await open(each.path);
          assert.equal(model.description.kind, null);
          assert.equal(model.description.classes, null);
          const isProbability = each.name !== 'logits' && each.name !== 'value';
          assert.equal(model.description.scores, isProbability ? 'probability' : 'decision');
          const columns = each.rows.map((values, i) => ({
            name: `x${i}`,
            type: 'number' as const,
            values: values.map(String),
          }));
          const answers = await model.answer(tableOf({ columns }), inputsOf({ columns }));
          assert.equal(answers.kind, 'scores');
          if (answers.kind === 'scores')
            assertNear(
              answers.columns,
              each.answers.map((column) => column.map(String)),
            );
          await model.close();
        });
    });

    test('are the same bits for one row, for many and for more than a chunk', async (t) => {
      for (const each of cases)
        await t.test(each.name, async () => {
          const model = await open(each.path);
          const columnsFor = async (rows?: readonly number[]) => {
            const answers = await model.answer(tableOf(each, rows), inputsOf(each));
            if (answers.kind === 'labels') return assert.fail('the model gives numbers');
            return answers.kind === 'values' ? [answers.values] : answers.columns;
          };
          const whole = await columnsFor();
          const rows = whole[0]?.length ?? 0;
          const many = Array.from({ length: each.name === 'pipeline' ? 20_001 : 0 }, (_, i) => i % rows);
          for (const chosen of [...Array(rows).keys()].map((row) => [row]).concat([[0, 1, 2]], [many]))
            assert.deepEqual(
              await columnsFor(chosen),
              whole.map((column) => Float64Array.from(chosen, (row) => column[row] ?? Number.NaN)),
            );
          await model.close();
        });
    });
  });
}

function tableOf({ columns }: Pick<Case, 'columns'>, rows?: readonly number[]): Table {
  const all = columns[0]?.values.map((_, row) => row) ?? [];
  const chosen = rows ?? all;
  return {
    rows: chosen.length,
    columns: Object.fromEntries(
      columns.map(({ name, type, values }): [string, Column] => {
        const picked = chosen.map((row) => values[row] ?? null);
        return [
          name,
          type === 'text'
            ? { kind: 'text', values: picked }
            : { kind: 'number', values: Float64Array.from(picked, Number) },
        ];
      }),
    ),
  };
}

function inputsOf({ columns }: Pick<Case, 'columns'>): TypedInput[] {
  return columns.map(({ name, type }) => ({ name, type }));
}

function negative(text: string): string {
  return String(-Number(text));
}

/** Scores that are not finite, and those beyond 1, may differ by a millionth of themselves. */
function assertNear(found: readonly Float64Array[], expected: readonly (readonly string[])[]): void {
  assert.equal(found.length, expected.length);
  for (const [c, texts] of expected.entries())
    for (const [row, text] of texts.entries()) {
      const [ours, theirs] = [found[c]?.[row] ?? Number.NaN, Number(text)];
      const near =
        Object.is(ours, theirs) || ours === theirs || Math.abs(ours - theirs) <= 1e-6 * Math.max(1, Math.abs(theirs));
      assert.ok(near, `row ${row}, column ${c}: ${ours} is not ${theirs}`);
    }
}

function assertLargestIsLabel(columns: readonly Float64Array[], { label, classes }: Case): void {
  for (const [row, text] of label?.entries() ?? []) {
    const scores = columns.map((column) => column[row] ?? 0);
    if (scores[0] !== scores[1]) assert.equal(classes?.[scores.indexOf(Math.max(...scores))], text);
  }
}
