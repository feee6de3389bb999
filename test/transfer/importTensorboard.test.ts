import assert from 'node:assert/strict';
import { appendFileSync, globSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CancelledError } from '../../engine/base/errors.ts';
import { crc32c, maskedCrc32c } from '../../engine/transfer/tensorboard/crc32c.ts';
import type { Store } from '../../engine/store/store.ts';
import { getRun } from '../../engine/tracking/runDetail.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { pythonVenv } from '../helpers/pythonVenv.ts';
import { added, importInto, withStore } from './importStore.ts';
import { projectFile } from './mlflowClient.ts';

const python = pythonVenv('tensorboard-venv', ['tensorboardX==2.*', 'numpy', 'protobuf'], ['tensorboardX', 'numpy']);
const script = join(import.meta.dirname, 'tensorboard.py');

type Points = Record<string, Record<string, [number, number, string][]>>;

/** Python's way to print a float. */
const printed = (value: number, isNan: number) =>
  isNan ? 'nan' : value === Infinity ? 'inf' : value === -Infinity ? '-inf' : value;

function pointsOf({ sql }: Store): Points {
  const all: Points = {};
  for (const row of sql.all<{ name: string; key: string; step: number; at: number; value: number; is_nan: number }>(
    'SELECT r.name, k.key, p.step, p.at, p.value, p.is_nan FROM points p JOIN runs r ON r.id = p.run JOIN metric_keys k ON k.id = p.key ORDER BY p.step, p.at',
  )) {
    const run = (all[row.name] ??= {});
    (run[row.key] ??= []).push([row.step, row.at, String(printed(row.value, row.is_nan))]);
  }
  return all;
}

test('every scalar that tensorboardX wrote is imported exactly, as simple values and as tensors of every type', async (t) => {
  const why = python.prepare();
  if (why) return t.skip(why);
  const root = makeProject(projectFile);
  const logs = join(root, 'logs');
  const said = JSON.parse(python.run(script, JSON.stringify({ folder: logs }))) as Points;
  const counts = await importInto(root, logs);
  assert.equal(counts.runs, 4);
  assert.equal(counts.experiments, 1);
  await withStore(root, (store) => {
    const found = pointsOf(store);
    assert.ok(Object.keys(said).length > 0);
    for (const [run, tags] of Object.entries(said)) {
      for (const [tag, points] of Object.entries(tags)) {
        assert.deepEqual(
          found[run]?.[tag]?.map(([step, at, value]) => [step, at, floatOf(value)]),
          points.map(([step, at, value]) => [step, at, floatOf(value)]).toSorted((a, b) => Number(a[0]) - Number(b[0])),
          `${run}: ${tag}`,
        );
      }
    }
    const trial = getRun(
      store,
      store.sql.get<{ run_id: string }>(`SELECT run_id FROM runs WHERE name LIKE '%trial%'`)?.run_id ?? '',
    );
    assert.deepEqual(trial.params, { lr: '0.01', net: 'mlp', bn: 'True', units: '32' });
    assert.equal(trial.metrics['hp'], 0.75);
    const train = getRun(
      store,
      store.sql.get<{ run_id: string }>(`SELECT run_id FROM runs WHERE name = 'train'`)?.run_id ?? '',
    );
    assert.equal(train.startedAt, 1700000000000);
    assert.equal(train.experiment, 'logs');
  });
  const told = counts.problems.map(({ message }) => message).join('\n');
  for (const kind of ['histograms', 'text', 'pr_curves'])
    assert.match(told, new RegExp(`of ${kind} was left out, only scalars are imported`));
  assert.deepEqual(added(await importInto(root, logs)), [0, 0, 0, 0, 0, 0, 0, 4, 0]);

  // A file that is cut gives what is whole; written on, it gives the rest.
  const [file = ''] = globSync(join(logs, 'train', '*second'));
  const whole = readFileSync(file);
  const other = makeProject(projectFile);
  truncateSync(file, whole.length - 5);
  const cut = await importInto(other, join(logs, 'train'));
  assert.match(cut.problems.map(({ message }) => message).join(), /ends in the middle of a record/);
  assert.equal(cut.points, 504);
  writeFileSync(file, whole);
  assert.deepEqual(added(await importInto(other, join(logs, 'train'))), [0, 0, 1, 0, 0, 0, 1, 0, 0]);
});

const floatOf = (text: string) =>
  text === 'nan' ? 'nan' : text === 'inf' ? Infinity : text === '-inf' ? -Infinity : Number(text) + 0;

/** A record as TensorFlow writes it. */
function record(data: Uint8Array): Buffer {
  const head = Buffer.alloc(12);
  head.writeBigUInt64LE(BigInt(data.length));
  head.writeUInt32LE(maskedCrc32c(head, 0, 8), 8);
  const foot = Buffer.alloc(4);
  foot.writeUInt32LE(maskedCrc32c(data));
  return Buffer.concat([head, data, foot]);
}

/** An event with one simple value of the tag `m`: time, step, summary { value { tag, simple_value } }. */
function event(step: number, value: number): Buffer {
  const data = Buffer.alloc(23);
  data.writeUInt8(0x09, 0);
  data.writeDoubleLE(1700000000, 1);
  data.set([0x10, step, 0x2a, 10, 0x0a, 8, 0x0a, 1, 0x6d, 0x15], 9);
  data.writeFloatLE(value, 19);
  return record(data);
}

test('CRC-32C gives the values of RFC 3720', () => {
  assert.equal(crc32c(Buffer.alloc(32)), 0x8a9136aa);
  assert.equal(crc32c(Buffer.alloc(32, 0xff)), 0x62a8ab43);
  assert.equal(crc32c(Buffer.from('123456789')), 0xe3069283);
});

test('a damaged record is left out, a damaged length ends the file, and no file is believed to be longer than it is', async () => {
  const root = makeProject(projectFile);
  const damaged = event(2, 2);
  damaged[20] = (damaged[20] ?? 0) ^ 1;
  const logs = makeProject({
    'a/events.out.tfevents.1.x': Buffer.concat([event(1, 1), damaged, event(3, 3)]),
    'b/events.out.tfevents.1.x': Buffer.concat([
      event(1, 1),
      Buffer.from('ffffffffffffff7f00000000', 'hex'),
      event(2, 2),
    ]),
    'c/events.out.tfevents.1.x': '',
  });
  const counts = await importInto(root, logs);
  const told = counts.problems.map(({ message }) => message).join('\n');
  assert.equal(counts.points, 3, told);
  assert.match(told, /a record was left out: the data do not fit their checksum/);
  assert.match(told, /damaged at byte \d+/);
  assert.match(told, /its event files hold no events/);
  appendFileSync(join(logs, 'a/events.out.tfevents.1.x'), event(4, 4));
  assert.equal((await importInto(root, logs)).points, 1);
});

/** A length and the bytes, as a field of a message. */
function part(number: number, content: Uint8Array | string): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  for (; left >= 128; left = Math.floor(left / 128)) bytes.push((left % 128) + 128);
  return Buffer.from([...bytes, left]);
}

const value = (...parts: Buffer[]) =>
  record(Buffer.concat([Buffer.from([0x10, 1]), part(5, part(1, Buffer.concat(parts)))]));
const plugin = (name: string, content: Uint8Array | string = '') =>
  part(9, part(1, Buffer.concat([part(1, name), part(2, content)])));
const size = (n: number) => part(2, Buffer.concat([Buffer.from([0x08]), varint(n)]));

// Tried: an image that claims 100,000 x 100,000 pixels, tensors of a scalar with millions of numbers of each kind, packed
// and one by one, with and without a shape, a shape of 2^53 elements, a tag and a param of megabytes, groups that nest, a
// record that claims a gigabyte, millions of empty records. Gigabytes were tried by hand.
test('events that are made to fill the memory are left out and told, and their neighbours are taken', async () => {
  const many = 3 << 20;
  const png = Buffer.from('89504e470d0a1a0a0000000d49484452000186a0000186a00802000000', 'hex');
  const image = Buffer.concat([
    Buffer.from([0x08]),
    varint(100_000),
    Buffer.from([0x10]),
    varint(100_000),
    part(4, png),
  ]);
  const lists = [5, 6, 7, 10, 11, 13, 16, 17].map((number) =>
    value(part(1, `list${number}`), part(8, part(number, Buffer.alloc(many))), plugin('scalars')),
  );
  const huge = Buffer.alloc(12);
  huge.writeBigUInt64LE(1n << 30n);
  huge.writeUInt32LE(maskedCrc32c(huge, 0, 8), 8);
  const logs = makeProject({
    'a/events.out.tfevents.1.x': Buffer.concat([
      event(1, 1),
      value(part(1, 'pixels'), part(4, image)),
      value(
        part(1, 'image'),
        part(8, Buffer.concat([part(2, Buffer.concat([size(2), size(1)])), part(8, png)])),
        plugin('images'),
      ),
      ...lists,
      value(part(1, 'shape'), part(8, part(2, Buffer.concat([size(2 ** 40), size(2 ** 40)]))), plugin('scalars')),
      value(part(1, 'one by one'), part(8, Buffer.alloc(many, Buffer.from([0x38, 1]))), plugin('scalars')),
      value(part(1, 't'.repeat(many)), Buffer.from([0x15, 0, 0, 0x80, 0x3f])),
      value(
        part(1, 'h'),
        plugin('hparams', part(3, part(1, Buffer.concat([part(1, 'p'), part(2, part(3, 'v'.repeat(many)))])))),
      ),
      record(Buffer.alloc(many, 0x0b)),
      Buffer.concat(Array<Buffer>(100_000).fill(record(Buffer.alloc(0)))),
      event(2, 2),
      huge,
    ]),
  });
  const counts = await importInto(makeProject(projectFile), logs);
  const told = counts.problems.map(({ message }) => message);
  assert.deepEqual([counts.runs, counts.points], [1, 2], told.join('\n'));
  assert.match(told.join('\n'), /an event was left out: the name of a tag has 3,145,728 bytes/);
  assert.match(told.join('\n'), /of images were left out/);
  assert.match(told.join('\n'), /tags of scalars were left out/);
  assert.match(told.join('\n'), /ends in the middle of a record/);
  assert.ok(told.every((message) => message.length < 500));
  const stopped = importInto(makeProject(projectFile), logs, { signal: AbortSignal.abort() });
  await assert.rejects(stopped, CancelledError);
});
