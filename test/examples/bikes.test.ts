import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { LoopOutcome } from '../../engine/loop/loopRequest.ts';
import type { MonthRow } from '../../engine/loop/monthlyReport.ts';
import type { ModelCard } from '../../protocol/modelCard.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { runCli, runJson } from '../helpers/runCli.ts';
import { modelsVenv } from '../models/modelsVenv.ts';

// The example whose model is trained in Python, as its README says: `init`, an environment in `.venv`, `loop`.

const environment = dirname(dirname(modelsVenv.python));
const folder = join(makeProject(), 'bikes');

describe('the bikes example', () => {
  let story: LoopOutcome & { months: MonthRow[] };
  const r2 = (month: string) => story.months.find((row) => row.month === month)?.metrics['r2'] ?? 0;
  const drifted = (month: string) => story.months.find((row) => row.month === month)?.drifted ?? [];

  before(async () => {
    const why = modelsVenv.prepare();
    if (why !== null) throw new Error(`the Python that trains could not be made: ${why}`);
    const { code, out, err } = await runCli(['init', folder, '--example', 'bikes']);
    assert.equal(code, 0, err);
    assert.match(out, /pip install -r requirements\.txt/);
  });
  after(() => rmSync(dirname(folder), { recursive: true, force: true }));

  it('says what to install where Python has none of its packages', async () => {
    execFileSync('python3', ['-m', 'venv', '--without-pip', join(folder, '.venv')]);
    const { code, err } = await runCli(['run', 'collect', 'prepare', 'train'], { cwd: folder });
    rmSync(join(folder, '.venv'), { recursive: true });
    assert.equal(code, 1);
    assert.match(err, /has no module `mlflow`: `.*pip install .*-r requirements\.txt` installs it/);
  });

  it('plays February to June through the API without losing a request', async () => {
    symlinkSync(environment, join(folder, '.venv'), 'junction');
    assert.deepEqual((await runJson(['check'], { cwd: folder })).json, []);
    const replay = ['loop', '--replay', 'incoming/hours-2012-*.csv', '--from', '2012-02-01', '--port', '0'];
    const { code, json, err } = await runJson<typeof story>(replay, { cwd: folder });
    assert.equal(code, 0, err);
    story = json;
    assert.deepEqual([story.failedRequests, story.rows], [0, 3617]);
  });

  it('does well in February, fails in March when the temperature drifts, and recovers', () => {
    assert.ok(r2('2012-02') > 0.75, `February ${r2('2012-02')}`);
    assert.ok(r2('2012-03') < 0.65, `March ${r2('2012-03')}`);
    assert.ok(r2('2012-05') > 0.78, `May ${r2('2012-05')}`);
    assert.deepEqual(drifted('2012-02'), []);
    assert.ok(drifted('2012-03').includes('temperature'));
  });

  it('retrains once, through the gates', () => {
    assert.deepEqual(
      story.retrainings.map(({ status, version }) => [status, version]),
      [['promoted', 2]],
    );
    assert.deepEqual(story.months.at(-1)?.versions, [2]);
  });

  it('names scikit-learn and the inputs of train.py on the card', async () => {
    const { json: card } = await runJson<ModelCard>(['models', 'card', 'champion'], { cwd: folder });
    assert.match(card.backend, /scikit-learn/);
    const [, features = ''] = /FEATURES = (\[.*\])/.exec(readFileSync(join(folder, 'train.py'), 'utf8')) ?? [];
    assert.deepEqual(
      card.features.map(({ name }) => name),
      JSON.parse(features),
    );
  });
});
