import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { brokenAuditEntry } from '../../engine/registry/verifyAudit.ts';
import {
  addNextVersion,
  addRegisteredModel,
  archiveOthers,
  deleteRegisteredModel,
  deleteVersion,
  importAlias,
  renameRegisteredModel,
  updateVersion,
} from '../../engine/registry/registeredModels.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { makeProject } from '../helpers/makeProject.ts';

test('the changes of other tools are in the audit, each with its actor', () => {
  const store = openStore(makeProject());
  after(() => store.sql.close());
  const actor = 'mlflow:anna';
  const model = { name: 'm', created_at: 1, updated_at: 1, description: '' };
  const version = {
    model: 'm',
    run_id: '',
    path: '',
    created_at: 1,
    updated_at: 1,
    source: 's',
    model_id: null,
    run_link: null,
    user_id: '',
    stage: 'None',
    description: '',
    status: 'READY',
    status_message: null,
  };
  addRegisteredModel(store, model, actor);
  addRegisteredModel(store, model, actor);
  addNextVersion(store, version, actor);
  addNextVersion(store, version, actor);
  updateVersion(store, 'm', 1, { stage: 'Production' }, actor);
  updateVersion(store, 'm', 1, { description: 'no change of stage' }, actor);
  updateVersion(store, 'm', 2, { stage: 'Production' }, actor);
  archiveOthers(store, 'm', 'Production', 2, actor);
  importAlias(store, 'm', 'champion', 2, 'import:anna');
  importAlias(store, 'm', 'champion', null, 'import:anna');
  deleteVersion(store, 'm', 1, actor);
  renameRegisteredModel(store, 'm', 'n', actor);
  deleteRegisteredModel(store, 'n', actor);
  assert.deepEqual(
    store.sql
      .all<{ actor: string; action: string; subject: string }>('SELECT actor, action, subject FROM audit ORDER BY id')
      .map((row) => `${row.actor} ${row.action} ${Object.values(JSON.parse(row.subject) as object).join(' ')}`.trim()),
    [
      'mlflow:anna model created m',
      'mlflow:anna version registered m 1',
      'mlflow:anna version registered m 2',
      'mlflow:anna stage set m 1 Production None',
      'mlflow:anna version described m 1 no change of stage',
      'mlflow:anna stage set m 2 Production None',
      'mlflow:anna stage set m 1 Archived Production',
      'import:anna alias set m champion 2  imported imported from another registry',
      'import:anna alias removed m champion  2 imported imported from another registry',
      'mlflow:anna version deleted m 1',
      'mlflow:anna model renamed m n',
      'mlflow:anna model deleted n',
    ],
  );
  assert.equal(brokenAuditEntry(store), null);
});
