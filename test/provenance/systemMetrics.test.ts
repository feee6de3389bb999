import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { cimLines, cpuBetween, psLines, useIn } from '../../engine/provenance/processUse.ts';
import { graphicsMetrics, sampleSystem } from '../../engine/provenance/systemMetrics.ts';
import { getRun } from '../../engine/tracking/runDetail.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { runIn } from '../helpers/runIn.ts';
import { until } from '../helpers/until.ts';

const cpu = 'system/cpu_utilization_percentage';
const memory = 'system/system_memory_usage_megabytes';

for (const platform of ['linux', 'darwin'] as const)
  test(
    `a process tree is measured as on ${platform}: a child of a shell that computes and one that holds memory`,
    { skip: process.platform === 'linux' || platform === 'darwin' ? false : 'the tree is read from /proc' },
    async () => {
      const child = spawn(
        'sh',
        ['-c', `"${process.execPath}" -e "const b = Buffer.alloc(150e6, 1); for (;;) b[0]++" & wait`],
        { detached: true, stdio: 'ignore' },
      );
      const samples: { values: Record<string, number>; sample: number }[] = [];
      const sampler = sampleSystem({
        from: 7,
        everyMs: 200,
        platform,
        write: (values, sample) => samples.push({ values, sample }),
      });
      try {
        sampler.follow(child.pid ?? 0);
        const busy = await until('it computes and has its memory', () =>
          samples.find(({ values }) => (values[cpu] ?? 0) > 5 && (values[memory] ?? 0) > 150),
        );
        assert.ok((busy.values[cpu] ?? 0) <= 100 && (busy.values[memory] ?? 0) < 2000, JSON.stringify(busy));
        assert.deepEqual(
          samples.map(({ sample }) => sample),
          samples.map((_, i) => 7 + i),
          'samples are numbered on',
        );
      } finally {
        sampler.stop();
        process.kill(-(child.pid ?? 0), 'SIGKILL');
      }
      const n = samples.length;
      await until('the child is gone', () => child.signalCode !== null || child.exitCode !== null);
      assert.equal(samples.length, n, 'nothing after the stop');
    },
  );

test('this process is measured where a stage runs inside it', async () => {
  const samples: Record<string, number>[] = [];
  const sampler = sampleSystem({ from: 0, everyMs: 50, write: (values) => samples.push(values) });
  await until('there are samples', () => samples.length > 1);
  sampler.stop();
  assert.ok((samples[0]?.[memory] ?? 0) > 20);
});

test('the lists of processes of macOS, Linux and Windows, and what a tree of them uses', () => {
  assert.deepEqual(psLines('    1     0   0:04.09   9460\n  501     1 123:45.67 1024\n'), [
    { pid: 1, parent: 0, cpuMs: 4090, bytes: 9460 * 1024 },
    { pid: 501, parent: 1, cpuMs: 7_425_670, bytes: 1 << 20 },
  ]);
  assert.deepEqual(psLines('   17     1 2-03:04:05  12\nnonsense\n'), [
    { pid: 17, parent: 1, cpuMs: ((2 * 24 + 3) * 3600 + 4 * 60 + 5) * 1000, bytes: 12 * 1024 },
  ]);
  const listed = cimLines('4 0 156250 1000\r\n8 4 312500 2000\r\n9 8 10000 4000\r\n5 9 0 8000\r\n8888 1 0 1\r\n');
  assert.deepEqual(useIn(listed, 8), {
    cpu: new Map([
      ['8', 31.25],
      ['9', 1],
      ['5', 0],
    ]),
    waited: false,
    bytes: 14_000,
  });
  assert.equal(useIn(listed, 77), null);
  // A parent whose number was given again to its own grandchild.
  assert.equal(useIn(cimLines('5 9 0 1\n8 5 0 1\n9 8 0 1\n'), 5)?.bytes, 3);
});

test('processor time between two looks: what ended in between counts through its parent on Linux, and never makes time negative elsewhere', () => {
  const use = (cpu: Record<string, number>, waited: boolean) => ({
    cpu: new Map(Object.entries(cpu)),
    waited,
    bytes: 0,
  });
  assert.equal(cpuBetween(use({ p: 10, c: 500 }, true), use({ p: 610 }, true)), 100);
  assert.equal(cpuBetween(use({ p: 10, c: 500 }, false), use({ p: 30 }, false)), 20);
  assert.equal(cpuBetween(use({ p: 500 }, false), use({ p: 20, q: 5 }, false)), 5, 'a number that was given again');
});

test('the lines of nvidia-smi under the names of MLflow', () => {
  assert.deepEqual(graphicsMetrics('0, 97, 1024, 81920, 250.5\n1, 0, 0, 81920, [N/A]\n'), {
    'system/gpu_0_utilization_percentage': 97,
    'system/gpu_0_memory_usage_megabytes': 1073.74,
    'system/gpu_0_memory_usage_percentage': 1.25,
    'system/gpu_0_power_usage_watts': 250.5,
    'system/gpu_1_utilization_percentage': 0,
    'system/gpu_1_memory_usage_megabytes': 0,
    'system/gpu_1_memory_usage_percentage': 0,
  });
});

test('a stage that runs for some seconds has its curve, unless it is switched off', async () => {
  const { run, store } = runIn(
    makeProject({
      'loopwright.yaml':
        'version: 1\nproject: p\nstages: { s: { cmd: "echo on; while [ ! -e go ]; do sleep 0.05; done; rm go" } }\n',
    }),
  );
  const { root } = store;
  const { symlinkSync } = await import('node:fs');
  const going = run();
  const runId = await until(
    'the first sample is in the store',
    () =>
      store.sql.get<{ run_id: string }>(
        `SELECT r.run_id FROM latest l JOIN metric_keys k ON k.id = l.key JOIN runs r ON r.id = l.run WHERE k.key = '${memory}'`,
      )?.run_id,
  );
  symlinkSync('.', `${root}/go`);
  await going;
  assert.ok((getRun(store, runId).metrics[memory] ?? 0) > 0);
  process.env['LOOPWRIGHT_SYSTEM_METRICS'] = '0';
  try {
    const started = Date.now();
    const second = run({ stages: ['s'], force: true });
    await until('longer than the first interval has passed', () => Date.now() - started > 2300);
    symlinkSync('.', `${root}/go`);
    assert.deepEqual(getRun(store, (await second).runId ?? '').metrics, {});
  } finally {
    delete process.env['LOOPWRIGHT_SYSTEM_METRICS'];
  }
});
