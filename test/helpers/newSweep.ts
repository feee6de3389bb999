import assert from 'node:assert/strict';
import { after } from 'node:test';
import { checkProject } from '../../engine/checks/checkProject.ts';
import { loadProject } from '../../engine/project/loadProject.ts';
import type { RunEvents } from '../../engine/runner/runRequest.ts';
import { runSweep, type SweepResult } from '../../engine/runner/sweep/runSweep.ts';
import type { SweepRequest } from '../../engine/runner/sweep/runTrial.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { makeProject } from './makeProject.ts';

/** A project with stages, params and an experiment `tune` with a sweep. */
export function newSweep(stages: string, sweep: string, params = 'n: 0', files: Record<string, string> = {}) {
  const root = makeProject({
    'loopwright.yaml': `version: 1\nproject: p\nparams: { ${params} }\nstages:\n${stages}`,
    'experiments/tune.experiment.yaml': `sweep: ${sweep}\n`,
    ...files,
  });
  const store = openStore(root);
  after(() => store.sql.close());
  const said: string[] = [];
  const logged: string[] = [];
  const events: RunEvents = { onLog: (stage, line) => logged.push(`${stage}| ${line}`) };
  const run = (request: Partial<SweepRequest> = {}, say: (line: string) => void = () => {}): Promise<SweepResult> => {
    const project = loadProject(root, undefined, {});
    const config = project.experiments.get('tune')?.value?.sweep;
    assert.ok(config);
    return runSweep({ check: checkProject, project, store, experiment: 'tune', events, ...request }, config, (line) => {
      said.push(line);
      say(line);
    });
  };
  return { root, store, said, logged, run };
}

/** A stage that logs the param `n` as f1. */
export const echo = '  s: { cmd: "echo \'{\\"f1\\": \'${params.n}\'}\' > m.json", metrics: [m.json] }\n';
