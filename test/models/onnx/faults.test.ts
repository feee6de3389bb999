import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { CancelledError, DataError, WorkError } from '../../../engine/base/errors.ts';
import type { Column, Table } from '../../../engine/data/table.ts';
import type { OpenedModel, RecognisedModel, TypedInput } from '../../../engine/models/flavours/flavour.ts';
import { onnx } from '../../../engine/models/flavours/onnx.ts';
import { modelFiles } from '../../../engine/models/modelFiles.ts';
import { modelsVenv } from '../modelsVenv.ts';
import { nodeRuntimeFolder } from './nodeRuntime.ts';

const folder = mkdtempSync(join(tmpdir(), 'loopwright-onnx-faults-'));
before(() => {
  assert.equal(modelsVenv.prepare(), null);
  modelsVenv.run(join(import.meta.dirname, 'exportFaults.py'), JSON.stringify({ folder }));
});
after(() => rmSync(folder, { recursive: true, force: true }));

function recognised(name: string): RecognisedModel {
  const found = onnx.recognise(modelFiles(join(folder, name)));
  assert.ok(found, `${name} is recognised`);
  return found;
}

function refusals(name: string): string {
  return recognised(name).stated.refusals.join('\n');
}

suite('ONNX models that cannot be scored', () => {
  const cases: [name: string, message: RegExp][] = [
    ['customOperator.onnx', /^The graph uses operators that ONNX Runtime does not have: `my\.ops\.Magic`\./],
    ['newOpset.onnx', /^Opset 99 of ai\.onnx is newer than 26, .* `target_opset` 26 or lower\.$/],
    ['newMlOpset.onnx', /^Opset 9 of ai\.onnx\.ml is newer than 5/],
    ['newIr.onnx', /^IR version 99 is newer than 13/],
    ['image.onnx', /^The input `x` has 4 dimensions/],
    ['vector.onnx', /^The input `x` takes one row of 4 numbers without a dimension for rows/],
    ['half.onnx', /^The input `x` has elements of the ONNX type 10\. Export it with float/],
    ['sequence.onnx', /^The input `x` is a sequence or a map/],
    ['twoOutputs.onnx', /^The graph has the outputs `y`, `z`, and which of them is the prediction is not known/],
    ['twoTargets.onnx', /^The model predicts 2 values a row/],
    ['missing', /^The weights are in `weights\.bin`, which is not beside the file/],
    ['outside', /^The weights are outside of the folder of the model: `\.\.\/whole\.onnx`/],
    ['large/model.onnx', /^The weights are in `weights\.bin`, which is part of the model\. Name the folder of both/],
  ];
  for (const [name, message] of cases) test(`${name} is refused by name`, () => assert.match(refusals(name), message));

  test('a function of the model itself is no foreign operator', () => assert.equal(refusals('ownFunction.onnx'), ''));

  test('a file that is cut short anywhere, or no ONNX, is refused', () => {
    const path = join(folder, 'cut.onnx');
    const whole = readFileSync(join(folder, 'strict.onnx'));
    const cutShort = /^The file is no ONNX model, or it is cut short: .+ Export or copy it again\.$/;
    for (let size = 0; size < whole.length; size += 7) {
      writeFileSync(path, whole.subarray(0, size));
      // A cut between two fields leaves a whole message: the graph, without its opsets.
      const found = refusals('cut.onnx');
      if (found === '') assert.ok(size > whole.length - 60, `cut at byte ${size} of ${whole.length}`);
      else assert.match(found, cutShort);
    }
    for (const bytes of ['hello world', '{"a": 1}', '\x80\x04\x95', '\xff'.repeat(50), '\0'.repeat(50)]) {
      writeFileSync(path, bytes, 'latin1');
      assert.match(refusals('cut.onnx'), cutShort);
    }
    writeFileSync(path, 'version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 12\n');
    assert.match(refusals('cut.onnx'), /pointer of Git LFS/);
  });

  test('a folder of MLflow and a folder with two graphs are of another flavour', () => {
    const two = join(folder, 'two');
    mkdirSync(two);
    for (const name of ['a.onnx', 'b.onnx']) copyFileSync(join(folder, 'whole.onnx'), join(two, name));
    assert.equal(onnx.recognise(modelFiles(two)), null);
    rmSync(join(two, 'b.onnx'));
    assert.ok(onnx.recognise(modelFiles(two)));
    writeFileSync(join(two, 'MLmodel'), '');
    assert.equal(onnx.recognise(modelFiles(two)), null);
  });

  test('names of features in the metadata are those of the inputs', () => {
    assert.deepEqual(recognised('named.onnx').stated.inputs, [
      { name: 'height', type: 'number', optional: false },
      { name: 'weight', type: 'number', optional: false },
    ]);
    assert.equal(recognised('whole.onnx').stated.inputs, null);
  });
});

for (const [runtime, rootOf] of Object.entries({ WebAssembly: () => folder, native: nodeRuntimeFolder })) {
  const lines: string[] = [];
  const open = (name: string): Promise<OpenedModel> =>
    onnx.open(recognised(name), {
      root: rootOf(),
      temp: folder,
      python: () => null,
      namesPython: false,
      log: (line) => lines.push(line),
    });
  const numbers: TypedInput[] = [
    { name: 'a', type: 'number' },
    { name: 'b', type: 'number' },
  ];
  const table = (...columns: Column[]): Table => ({
    rows: columns[0]?.values.length ?? 0,
    columns: Object.fromEntries(columns.map((column, i) => [['a', 'b', 'c'][i], column])),
  });
  const number = (...values: number[]): Column => ({ kind: 'number', values: Float64Array.from(values) });
  const text = (...values: (string | null)[]): Column => ({ kind: 'text', values });
  const rejects = (answer: Promise<unknown>, type: typeof WorkError, message: RegExp) =>
    assert.rejects(answer, (error: Error) => {
      assert.equal(error.name, type.name);
      assert.match(error.message, message);
      return true;
    });

  suite(`faults in scoring ONNX models, ${runtime}`, () => {
    test('a model of 500 MB with weights beside it is scored', async () => {
      assert.equal(refusals('large'), '');
      const model = await open('large');
      assert.deepEqual(await model.answer(table(number(1, 2), number(3, 4)), numbers), {
        kind: 'scores',
        columns: [Float64Array.of(4, 6)],
      });
      await model.close();
    });

    test('an operator that does not exist is named', () =>
      rejects(
        open('unknownOperator.onnx'),
        WorkError,
        /unknownOperator\.onnx: ONNX Runtime 1\.30\.0 does not open the model: .*Magic/,
      ));

    test('a file that was cut short after it was recognised is named', async () => {
      const path = join(folder, 'later.onnx');
      copyFileSync(join(folder, 'strict.onnx'), path);
      const found = recognised('later.onnx');
      truncateSync(path, 700);
      await rejects(
        onnx.open(found, { root: rootOf(), temp: folder, python: () => null, namesPython: false, log: () => {} }),
        DataError,
        /later\.onnx: .*cut short/,
      );
    });

    test('wrong columns are errors of the data that name the column', async () => {
      const model = await open('whole.onnx');
      await rejects(
        model.answer(table(number(1)), numbers.slice(0, 1)),
        DataError,
        /takes 2 columns, and 1 are given: a\./,
      );
      await rejects(model.answer(table(number(1)), numbers), DataError, /^b: the model reads this column/);
      await rejects(model.answer(table(number(1), text('x')), numbers), DataError, /^b: the model takes a number here/);
      await rejects(
        model.answer(table(number(1, 2), number(3, 1e39)), numbers),
        DataError,
        /^row 1: b is 1e\+39, which is beyond float32/,
      );
      assert.deepEqual(await model.answer(table(number(Infinity), number(1)), numbers), {
        kind: 'scores',
        columns: [Float64Array.of(Infinity)],
      });
      await model.close();
    });

    test('a whole number that float32 does not hold is reported once', async () => {
      const model = await open('whole.onnx');
      lines.length = 0;
      for (let i = 0; i < 2; i++) await model.answer(table(number(16_777_217, 0.1), number(1, 2)), numbers);
      assert.deepEqual(lines, ['a: the model takes float32, in which 16777217 is 16777216.']);
      await model.close();
      const doubles = await open('doubles.onnx');
      assert.deepEqual(await doubles.answer(table(number(1e300), number(16_777_217)), numbers), {
        kind: 'scores',
        columns: [Float64Array.of(1e300)],
      });
      await doubles.close();
    });

    test('no rows give no scores', async () => {
      const model = await open('strict.onnx');
      const inputs: TypedInput[] = [
        { name: 'a', type: 'text' },
        { name: 'b', type: 'number' },
      ];
      assert.deepEqual(await model.answer(table(text(), number()), inputs), {
        kind: 'scores',
        columns: [new Float64Array(0), new Float64Array(0)],
      });
      await model.close();
    });

    test('a row that the graph does not take is named, and the next request is answered', async () => {
      const model = await open('strict.onnx');
      const inputs: TypedInput[] = [
        { name: 'a', type: 'text' },
        { name: 'b', type: 'number' },
      ];
      const cities = Array.from({ length: 1000 }, (_, i) => (i === 617 || i === 900 ? 'zzz' : 'b'));
      const amounts = cities.map(() => 1);
      await rejects(
        model.answer(table(text(...cities), number(...amounts)), inputs),
        DataError,
        /^row 617: ONNX Runtime 1\.30\.0 does not score it: .*Unknown Category/,
      );
      await rejects(
        model.answer(table(text('b', null), number(1, 1)), inputs),
        DataError,
        /^row 1: a is missing\. The model has no text for missing values/,
      );
      const answers = await model.answer(table(text('a'), number(1)), inputs);
      assert.equal(answers.kind, 'scores');
      await model.close();
    });

    test('outputs that are not of rows are an error of the model', async () => {
      const model = await open('folded.onnx');
      await rejects(model.answer(table(number(1, 2), number(1, 2)), numbers), WorkError, /gave 1 numbers for 2 rows/);
      await model.close();
    });

    test('requests at the same time get their own answers', async () => {
      const model = await open('whole.onnx');
      const all = await Promise.all(
        Array.from({ length: 50 }, (_, i) =>
          model.answer(table(number(...Array(i + 1).fill(i)), number(...Array(i + 1).fill(1))), numbers),
        ),
      );
      for (const [i, answers] of all.entries())
        assert.deepEqual(answers, { kind: 'scores', columns: [new Float64Array(i + 1).fill(i + 1)] });
      await model.close();
    });

    test('a long table is left when it is cancelled', async () => {
      const model = await open('whole.onnx');
      const values = number(...Array<number>(100_000).fill(1));
      const controller = new AbortController();
      const answer = model.answer(table(values, values), numbers, controller.signal);
      setImmediate(() => controller.abort());
      await assert.rejects(answer, CancelledError);
      await model.close();
    });
  });
}

suite('models that WebAssembly cannot take', () => {
  const tools = (root: string) => ({ root, temp: folder, python: () => null, namesPython: false, log: () => {} });

  test('the error names the package that can', () =>
    assert.rejects(
      onnx.open(recognised('tooLarge'), tools(folder)),
      /it has 2\.4 GB\. WebAssembly takes models up to 2 GB; `npm install --ignore-scripts onnxruntime-node`/,
    ));

  test('an installed runtime that cannot be loaded is reported, and WebAssembly scores', async () => {
    const root = join(folder, 'broken');
    mkdirSync(join(root, 'node_modules/onnxruntime-node'), { recursive: true });
    writeFileSync(join(root, 'node_modules/onnxruntime-node/index.js'), "throw new Error('built for another system');");
    const lines: string[] = [];
    const model = await onnx.open(recognised('whole.onnx'), { ...tools(root), log: (line) => lines.push(line) });
    assert.match(model.description.runtime, /WebAssembly/);
    assert.match(lines.join('\n'), /cannot be loaded \(built for another system\); WebAssembly is used instead/);
    await model.close();
  });
});
