import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { it } from 'node:test';
import { smoothed } from '../../webviews/runHistory/curves/smoothing.ts';
import { random } from '../fixtures/views/random.ts';
import { preparePython, python } from '../statistics/parityPython.ts';

const script =
  'import json, sys, pandas\nfor line in sys.stdin:\n  weight, values = json.loads(line)\n  series = pandas.Series([float("nan") if v is None else v for v in values], dtype=float)\n  print(json.dumps([None if v != v else v for v in series.ewm(alpha=1 - weight, adjust=True, ignore_na=True).mean()]))\n';

it(
  'smooths as pandas does with ewm(alpha=1 - w, adjust=True, ignore_na=True)',
  { skip: preparePython() ?? false },
  () => {
    const next = random(5);
    const cases = [0.1, 0.5, 0.6, 0.9, 0.99].map((weight): [number, (number | null)[]] => [
      weight,
      Array.from({ length: 500 }, () => (next() < 0.1 ? null : (next() - 0.5) * 10 ** (next() * 8 - 4))),
    ]);
    const { status, stdout, stderr } = spawnSync(python, ['-c', script], {
      input: cases.map((one) => JSON.stringify(one)).join('\n'),
      encoding: 'utf8',
      timeout: 120_000,
    });
    assert.equal(status, 0, stderr);
    const answers = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as (number | null)[]);
    for (const [index, [weight, values]] of cases.entries()) {
      const ours = smoothed(
        Float64Array.from(values, (value) => value ?? Number.NaN),
        weight,
      );
      for (const [i, value] of values.entries()) {
        // Where a value is missing pandas repeats the last average; ours leaves the gap.
        if (value === null) assert.ok(Number.isNaN(ours[i]));
        else
          assert.ok(
            Math.abs((ours[i] ?? 0) - (answers[index]?.[i] ?? Number.NaN)) <=
              1e-9 * Math.max(1, Math.abs(ours[i] ?? 0)),
            `w ${weight}, point ${i}: ${ours[i]} against ${answers[index]?.[i]}`,
          );
      }
    }
  },
);
