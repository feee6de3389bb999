import { Worker } from 'node:worker_threads';
import { DataError } from '../../base/errors.ts';

/** A thread that unpacks a file; the caller waits, as it does for the rest of the file's reading. */
const code = `
const { workerData } = require('node:worker_threads');
const { createReadStream, createWriteStream } = require('node:fs');
const { createGunzip, createZstdDecompress } = require('node:zlib');
const { pipeline } = require('node:stream');
const { file, target, zstd, state } = workerData;
const done = (n) => { Atomics.store(state, 0, n); Atomics.notify(state, 0); };
pipeline(
  createReadStream(file, { highWaterMark: 1 << 20 }),
  zstd ? createZstdDecompress() : createGunzip(),
  createWriteStream(target, { mode: 0o600 }),
  (error) => done(error ? 2 : 1),
);
`;

/** Unpacks a gzip or zstd file as a stream. Throws DataError when it is not whole. */
export function unpackFile(file: string, target: string): void {
  const state = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(code, {
    eval: true,
    workerData: { file, target, zstd: /\.zst$/i.test(file), state },
  });
  try {
    Atomics.wait(state, 0, 0);
  } finally {
    void worker.terminate();
  }
  if (Atomics.load(state, 0) !== 1)
    throw new DataError(`${file}: cannot be unpacked: it is truncated or not compressed; recreate it`, {
      place: { file },
    });
}
