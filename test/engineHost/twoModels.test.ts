import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { deploymentRows } from '../../client/views/deploymentRows.ts';
import { lifeCycleRows } from '../../client/views/lifeCycleRows.ts';
import { modelRows } from '../../client/views/modelRows.ts';
import type { Row } from '../../client/views/row.ts';
import { EngineHost } from '../../client/host/engineHost.ts';
import { Project } from '../../client/projects/project.ts';
import type { ProjectOverview } from '../../protocol/lifeCycle.ts';
import { hostOf, refused } from '../helpers/hostOf.ts';
import { runCli } from '../helpers/runCli.ts';
import { twoModelsProject } from '../helpers/twoModels.ts';

// The editor's side of a project with two models: what the views ask, and the rows of the side bar.

class AnsweredEngine extends EngineHost {
  readonly #overview: ProjectOverview;

  constructor(overview: ProjectOverview) {
    super({
      project: 'shop',
      start: () => {
        throw new Error('not started');
      },
      log: { info() {}, warn() {}, error() {}, debug() {} },
      changed() {},
      crashed() {},
    });
    this.#overview = overview;
  }

  override async request(): Promise<never> {
    return this.#overview as never;
  }
}

const root = twoModelsProject();

before(async () => {
  const { code, err } = await runCli(['run'], { cwd: root });
  assert.equal(code, 0, err);
});

test('overview, card, promotion and rollback keep two models apart', async () => {
  const { ask } = hostOf(root);
  await assert.rejects(ask('models/card', { name: null, version: 'latest' }), refused(/2 models: lateness, worth/));
  const [late, worth] = await Promise.all([
    ask('models/card', { name: 'lateness', version: 1 }),
    ask('models/card', { name: 'worth', version: 'latest' }),
  ]);
  assert.deepEqual([late.model, late.version, worth.model, worth.version], ['lateness', 1, 'worth', 1]);
  assert.deepEqual(await ask('models/promote', { name: 'worth', version: 1 }), {
    name: 'worth',
    version: 1,
    previous: null,
  });
  const overview = await ask('project/overview', {});
  assert.deepEqual(overview.models.map(({ model, version, aliases }) => [model, version, ...aliases]).toSorted(), [
    ['lateness', 1, 'challenger'],
    ['worth', 1, 'champion'],
  ]);
  const project = new Project(root, () => new AnsweredEngine(overview));
  await project.need();
  const rows = modelRows(project);
  assert.deepEqual(
    rows.map(({ label, description }) => [label, description]),
    [
      ['lateness', 'v1 challenger'],
      ['worth', 'v1 champion'],
    ],
  );
  // Each version shows a metric of its own model.
  const versions = (await Promise.all(rows.map(({ children }) => children?.() ?? []))).flat();
  const described = versions.map(({ description }) => description ?? '');
  assert.match(described[0] ?? '', /^roc_auc .* challenger/);
  assert.match(described[1] ?? '', /^mae .* champion/);
  const texts = (of: readonly Row[]) => of.map(({ label, description }) => `${label}: ${description ?? ''}`);
  const lines = texts(lifeCycleRows(project));
  assert.match(lines[4] ?? '', /^Validate: validate-worth: mae .* 2 gates passed · v1$/);
  assert.equal(lines[5], 'Deploy: lateness v1 passed its gates and waits for promotion');
  assert.deepEqual(texts(deploymentRows(project)), [
    'late-api: stopped · lateness',
    'worth-api: stopped · worth',
    'worth-file: stopped · worth · batch',
    'late-watch: monitor · no window yet',
    'worth-watch: monitor · no window yet',
  ]);
  await assert.rejects(ask('models/rollback', { name: 'worth' }), refused(/first champion/));
  await assert.rejects(ask('models/rollback', { name: 'lateness' }), refused(/no champion/));
});
