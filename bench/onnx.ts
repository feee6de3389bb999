import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Table } from '../engine/data/table.ts';
import type { TypedInput } from '../engine/models/flavours/flavour.ts';
import { openOnnx } from '../engine/models/onnx/openOnnx.ts';
import { seededRandom } from '../engine/statistics/random.ts';
import { modelsVenv } from '../test/models/modelsVenv.ts';
import { nodeRuntimeFolder } from '../test/models/onnx/nodeRuntime.ts';
import { summarise } from './measure.ts';

// Single rows and batches of ONNX models in this process, by WebAssembly and by the native runtime, beside Python's
// onnxruntime, in turns in one run. From a table of 20 columns to scores; Python is handed its arrays ready.
// Run: node_modules/.bin/node bench/onnx.ts

const names = ['forest', 'boosted', 'network', 'pipeline'] as const;
const width = 20;
const singles = 3000;
const batch = 100_000;
const rounds = 3;

interface Speed {
  /** Milliseconds of a single row. */
  p50: number;
  p99: number;
  /** Rows a second in a batch. */
  rows: number;
}

const why = modelsVenv.prepare();
if (why !== null) throw new Error(why);
const folder = mkdtempSync(join(tmpdir(), 'loopwright-bench-onnx-'));
const script = join(import.meta.dirname, 'onnxPeer.py');
try {
  modelsVenv.run(script, JSON.stringify({ folder, make: true }));
  const roots = { WebAssembly: folder, native: nodeRuntimeFolder() };
  const found: { runtime: string; name: string; speed: Speed }[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const [runtime, root] of Object.entries(roots))
      for (const name of names) found.push({ runtime, name, speed: await measure(join(folder, `${name}.onnx`), root) });
    const python = JSON.parse(modelsVenv.run(script, JSON.stringify({ folder, names }))) as Record<string, Speed>;
    for (const [name, speed] of Object.entries(python)) found.push({ runtime: 'Python', name, speed });
  }
  console.log(
    'model, runtime: p50 and p99 of single rows in ms, rows a second in batches of 100,000; medians of 3 rounds',
  );
  for (const name of names)
    for (const runtime of [...Object.keys(roots), 'Python']) {
      const speeds = found.filter((each) => each.name === name && each.runtime === runtime).map(({ speed }) => speed);
      const median = (key: keyof Speed) => summarise(speeds.map((speed) => speed[key])).median;
      console.log(
        `${name}, ${runtime}: ${median('p50').toFixed(3)}, ${median('p99').toFixed(3)} ms, ${Math.round(median('rows')).toLocaleString('en-US')} rows/s`,
      );
    }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measure(file: string, root: string): Promise<Speed> {
  const model = await openOnnx(file, { root, log: console.log });
  const inputs: TypedInput[] =
    model.description.inputs?.map(({ name, type }) => ({ name, type: type ?? 'number' })) ??
    Array.from({ length: width }, (_, i) => ({ name: `x${i}`, type: 'number' }));
  const one = rowsOf(1, inputs);
  for (let i = 0; i < 200; i++) await model.answer(one, inputs);
  const times: number[] = [];
  for (let i = 0; i < singles; i++) {
    const start = performance.now();
    await model.answer(one, inputs);
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  const many = rowsOf(batch, inputs);
  const start = performance.now();
  await model.answer(many, inputs);
  const rows = (batch / (performance.now() - start)) * 1000;
  await model.close();
  return { p50: times[singles / 2] ?? 0, p99: times[Math.floor(singles * 0.99)] ?? 0, rows };
}

function rowsOf(rows: number, inputs: readonly TypedInput[]): Table {
  const random = seededRandom(1);
  return {
    rows,
    columns: Object.fromEntries(
      inputs.map(({ name, type }) => [
        name,
        type === 'text'
          ? { kind: 'text', values: Array.from({ length: rows }, (_, i) => `city ${i % 60}`) }
          : { kind: 'number', values: Float64Array.from({ length: rows }, () => random.next() * 4 - 2) },
      ]),
    ),
  };
}
