import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deletePredictions } from '../engine/serving/deletePredictions.ts';
import { logPredictions } from '../engine/serving/predictionLog.ts';
import { openStore } from '../engine/tracking/openStore.ts';

// `node bench/keepPredictions.ts`: deletes 900,000 of 1,000,000 predictions while another connection writes, and logs
// as many again: the file does not grow.

const root = mkdtempSync(join(tmpdir(), 'loopwright-keep-'));
const store = openStore(root);
const other = openStore(root);
const file = join(store.folder, 'loopwright.db');
const features = { amount: 12.5, hour: 9, country: 'de', channel: 'web', age: 41 };

function log(rows: number, at: number): void {
  for (let i = 0; i < rows; i += 1000)
    logPredictions(
      store,
      { deployment: 'api', model: 'm', version: 1, role: 'stable', requestId: `${i}`, trace: null },
      Array.from({ length: 1000 }, (_, k) => ({
        at,
        key: `key-${i + k}`,
        features,
        score: 0.5,
        prediction: 'true',
        predictMs: 1,
        error: null,
      })),
    );
}

try {
  log(900_000, 1);
  log(100_000, 10);
  store.sql.run('PRAGMA wal_checkpoint(TRUNCATE)');
  const before = statSync(file).size;
  const waits: number[] = [];
  let isDone = false;
  const writer = (async () => {
    while (!isDone) {
      const start = performance.now();
      logPredictions(other, { deployment: 'b', model: 'm', version: 1, role: 'stable', requestId: 'w', trace: null }, [
        { at: 1, key: null, features, score: 1, prediction: 'true', predictMs: 1, error: null },
      ]);
      waits.push(performance.now() - start);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  })();
  const start = performance.now();
  const deleted = await deletePredictions(store, { deployment: 'api', receivedBefore: Date.now() + 1, before: 5 });
  const seconds = (performance.now() - start) / 1000;
  isDone = true;
  await writer;
  log(900_000, 20);
  store.sql.run('PRAGMA wal_checkpoint(TRUNCATE)');
  const sorted = waits.toSorted((a, b) => a - b);
  console.log(
    `${deleted.predictions.toLocaleString('en-US')} of 1,000,000 predictions deleted in ${seconds.toFixed(1)} s; a writer waited at most ${sorted.at(-1)?.toFixed(0)} ms (median ${sorted[sorted.length >> 1]?.toFixed(1)} ms)`,
  );
  console.log(
    `file: ${(before / 1e6).toFixed(0)} MB before, ${(statSync(file).size / 1e6).toFixed(0)} MB after 900,000 further predictions`,
  );
} finally {
  store.sql.close();
  other.sql.close();
  rmSync(root, { recursive: true, force: true });
}
