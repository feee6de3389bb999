import { checkProject } from '../../engine/checks/checkProject.ts';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Halving } from '../../engine/runner/sweep/halving.ts';
import { loadProject } from '../../engine/project/loadProject.ts';
import { runSweep } from '../../engine/runner/sweep/runSweep.ts';
import { CancelledError } from '../../engine/base/errors.ts';
import { getRun } from '../../engine/tracking/runDetail.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { seededRandom } from '../../engine/statistics/random.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { answersOf, preparePython, python } from '../statistics/parityPython.ts';

const missing = preparePython();
const skip = missing ?? false;

interface Case {
  direction: 'maximize' | 'minimize';
  minSteps: number;
  reduction: number;
  /** Null stands for NaN. */
  reports: [trial: number, step: number, value: number | null][];
}

/** Trials that take turns by chance, with ties, NaN, steps that are left out, and more steps than rungs. */
function cases(): Case[] {
  const random = seededRandom(7);
  return Array.from({ length: 60 }, (_, i) => {
    const trials = 1 + random.integer(30);
    const steps = Array.from({ length: trials }, () => 0);
    const reports: Case['reports'] = [];
    for (let n = 0; n < 300; n++) {
      const trial = random.integer(trials);
      steps[trial] = (steps[trial] ?? 0) + 1 + (random.next() < 0.2 ? random.integer(5) : 0);
      const value = random.next() < 0.02 ? null : random.next() < 0.3 ? random.integer(4) : random.next() * 10 - 5;
      reports.push([trial, steps[trial] ?? 0, value]);
    }
    return {
      direction: i % 2 === 0 ? 'minimize' : 'maximize',
      minSteps: 1 + random.integer(4),
      reduction: 2 + random.integer(4),
      reports,
    };
  });
}

test("halving decides as Optuna's successive halving does", { skip, timeout: 600_000 }, () => {
  const all = cases();
  const theirs = answersOf(join(import.meta.dirname, 'halvingParity.py'), all) as (boolean | null)[][];
  const ours = all.map(({ reports, ...rules }) => {
    const halving = new Halving(rules);
    const stopped = new Set<number>();
    return reports.map(([trial, step, value]) => {
      if (stopped.has(trial)) return null;
      const stop = halving.report(trial, step, value ?? Number.NaN) !== null;
      if (stop) stopped.add(trial);
      return stop;
    });
  });
  assert.deepEqual(ours, theirs);
  const stops = ours.flat().filter((stop) => stop === true).length;
  assert.ok(stops > 300, `${stops} stops`);
});

const quadratic = `import { writeFileSync } from 'node:fs';
const [x, k, c] = process.argv.slice(2);
writeFileSync('m.json', JSON.stringify({ loss: (Math.log10(Number(x)) + 2) ** 2 + (Number(k) - 7) ** 2 / 20 + (c === '[2,3]' ? 0 : 1) }));
`;

test('the sampler has the values of env_file', { skip, timeout: 120_000 }, async () => {
  const root = makeProject({
    'loopwright.yaml': `version: 1\nproject: p\npython: ${python}\nenv_file: .env\nparams: { x: 1 }\nstages:\n  s: { cmd: "node f.mjs \${params.x}", metrics: [m.json] }\n`,
    'experiments/tune.experiment.yaml':
      'sweep: { method: bayesian, runs: 1, objective: { minimize: loss }, params: { x: { uniform: [0, 1] } } }\n',
    'f.mjs': "import { writeFileSync } from 'node:fs';\nwriteFileSync('m.json', '{\"loss\": 1}');\n",
    '.env': 'PYTHONPATH=hook\nWHERE=berlin\n',
    'hook/sitecustomize.py': 'import os\nopen("seen.txt", "a").write(os.environ["WHERE"])\n',
  });
  const store = openStore(root);
  after(() => store.sql.close());
  const project = loadProject(root);
  const sweep = project.experiments.get('tune')?.value?.sweep;
  assert.ok(sweep);
  await runSweep({ check: checkProject, project, store, experiment: 'tune' }, sweep, () => {});
  assert.match(readFileSync(join(root, 'seen.txt'), 'utf8'), /^(berlin)+$/);
});

test(
  'method bayesian asks Optuna, finds what is good, and goes on after a stop',
  { skip, timeout: 600_000 },
  async () => {
    const root = makeProject({
      'loopwright.yaml':
        'version: 1\nproject: p\nparams: { x: 1, k: 1, c: [1] }\nstages:\n  s: { cmd: "node f.mjs ${params.x} ${params.k} \'${params.c}\'", deps: [f.mjs], metrics: [m.json] }\n',
      'experiments/tune.experiment.yaml':
        'sweep: { method: bayesian, runs: 36, parallel: 2, objective: { minimize: loss }, params: { x: { log_uniform: [0.00001, 10] }, k: { int: [1, 10] }, c: { choice: [[1], [2, 3]] } } }\n',
      'f.mjs': quadratic,
    });
    const store = openStore(root);
    after(() => store.sql.close());
    const { LOOPWRIGHT_PYTHON } = process.env;
    process.env['LOOPWRIGHT_PYTHON'] = python;
    try {
      const project = loadProject(root, undefined, {});
      const sweep = project.experiments.get('tune')?.value?.sweep;
      assert.ok(sweep);
      const stop = new AbortController();
      await assert.rejects(
        runSweep({ check: checkProject, project, store, experiment: 'tune', signal: stop.signal }, sweep, (line) => {
          if (line.startsWith('20/36')) stop.abort();
        }),
        CancelledError,
      );
      const said: string[] = [];
      const { trials, best } = await runSweep(
        { check: checkProject, project, store, experiment: 'tune' },
        sweep,
        (line) => said.push(line),
      );
      // Two run at once: the twentieth may end before the one before it, which is then not done, or after the one after
      // it.
      assert.match(said[0] ?? '', /^(19|20|21) of 36 trials were done/);
      assert.equal(trials.length, 36);
      for (const {
        params: { x, k, c },
        value,
      } of trials) {
        assert.ok(
          Number(x) >= 1e-5 &&
            Number(x) <= 10 &&
            Number.isInteger(k) &&
            Number(k) >= 1 &&
            Number(k) <= 10 &&
            ['[1]', '[2,3]'].includes(JSON.stringify(c)),
          JSON.stringify({ x, k, c }),
        );
        assert.ok(value !== null);
      }
      assert.ok((best?.value ?? 9) < 0.6, `best ${best?.value}`);
      // After the draws of the beginning the points gather where it is good.
      const mean = (part: typeof trials) => part.reduce((sum, { value }) => sum + (value ?? 0), 0) / part.length;
      assert.ok(
        mean(trials.slice(-12)) < mean(trials.slice(0, 10)),
        `${mean(trials.slice(-12))} and ${mean(trials.slice(0, 10))}`,
      );
      assert.deepEqual(getRun(store, trials[0]?.runId ?? '').params, trials[0]?.params);
    } finally {
      if (LOOPWRIGHT_PYTHON === undefined) delete process.env['LOOPWRIGHT_PYTHON'];
      else process.env['LOOPWRIGHT_PYTHON'] = LOOPWRIGHT_PYTHON;
    }
  },
);
