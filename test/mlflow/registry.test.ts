import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { aliasesAt } from '../../engine/registry/aliasesAt.ts';
import { listAudit } from '../../engine/registry/listAudit.ts';
import { registerVersion } from '../../engine/registry/registerVersion.ts';
import { verifyAudit } from '../../engine/registry/verifyAudit.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { trackingProcess } from '../helpers/trackingProcess.ts';
import { versionReport } from '../helpers/versionReport.ts';
import { mlflowVenv } from './mlflowVenv.ts';

interface Told {
  byAlias: string;
  version: [description: string, stage: string, aliases: string[], tags: object];
  aliases: object;
  failing: string;
  unapproved: string;
  stage: string;
  archived: string;
  mAliases: object;
}

const yaml = 'version: 1\nproject: m\nstages: {}\nregistry: { approvals: { required: 1 } }\n';

test(
  "the real client's aliases, tags, descriptions, stages and deletions are in the audit; gates and approvals hold for it",
  { timeout: 900_000 },
  async (t) => {
    const problem = mlflowVenv.prepare();
    if (problem !== null) return t.skip(problem);
    const root = makeProject({ 'loopwright.yaml': yaml });
    const store = openStore(root);
    t.after(() => store.sql.close());
    for (const passed of [true, false]) registerVersion(store, 'm', 'run', versionReport({ passed }), 'run:anna');
    const server = await trackingProcess(root);
    t.after(() => server.stop());
    const told = JSON.parse(
      mlflowVenv.run(join(import.meta.dirname, 'registry.py'), '', {
        MLFLOW_TRACKING_URI: server.uri,
        MLFLOW_TRACKING_TOKEN: server.token,
      }),
    ) as Told;
    assert.deepEqual(told.version, ['a comment', 'Production', ['champion'], {}]);
    assert.deepEqual([told.byAlias, told.aliases], ['1', {}]);
    assert.match(told.failing, /`m` v2 did not pass 1 of 1 gates/);
    assert.match(told.unapproved, /`m` v1 is not promoted\. It needs 1 approval for production and has none/);
    assert.match(told.stage, /`m` v1 does not get the stage Production\. It needs 1 approval/);
    assert.equal(told.archived, 'accepted');
    assert.deepEqual(told.mAliases, { challenger: '1', shadow: '2' });
    assert.deepEqual(
      aliasesAt(store, Date.now()).map(({ model, alias, version }) => [model, alias, version]),
      [
        ['m', 'challenger', 1],
        ['m', 'shadow', 2],
      ],
    );
    const entries = listAudit(store).filter(({ actor }) => actor.startsWith('mlflow:'));
    assert.deepEqual(
      entries.map(({ action, subject }) =>
        typeof subject === 'string'
          ? subject
          : `${action} ${String(subject['model'])} ${String(subject['version'] ?? '')}`.trim(),
      ),
      [
        'model created other',
        'model tag set other',
        'model described other',
        'version registered other 1',
        'version registered other 2',
        'version described other 1',
        'version tag set other 1',
        'version tag removed other 1',
        'model tag set other',
        'model tag removed other',
        'alias set other 1',
        'alias set other 2',
        'stage set other 1',
        'alias removed other',
        'alias removed other',
        'version deleted other 2',
        'stage set m 1',
        'alias set m 2',
      ],
    );
    assert.deepEqual(verifyAudit(store).problems, []);
  },
);
