import type { ModelRef } from '../../protocol/models.ts';
import type { Store } from '../store/store.ts';
import { challenger, setAlias } from './aliases.ts';
import { recordAudit } from './audit.ts';
import { summaryOf } from './versionSummary.ts';
import type { ValidationReport } from './validationReport.ts';

/**
 * Adds a validation to a registered version, such as one that another program registered; an earlier one is replaced.
 * The version becomes the challenger when its gates passed and it has no alias yet.
 */
export function addValidation(store: Store, ref: ModelRef, report: ValidationReport, actor: string): ModelRef {
  const { sql } = store;
  const { name: model, version } = ref;
  return sql.write(() => {
    sql.run(
      'UPDATE model_versions SET report = ?, summary = ?, updated_at = ? WHERE model = ? AND version = ?',
      JSON.stringify(report),
      JSON.stringify(summaryOf(report)),
      Date.now(),
      model,
      version,
    );
    recordAudit(store, actor, 'version validated', { model, version });
    const aliased = sql.get('SELECT 1 FROM aliases WHERE model = ? AND version = ?', model, version) !== undefined;
    if (!aliased && report.gates.every((gate) => gate.passed))
      setAlias(store, { model, alias: challenger, version, kind: 'registered', why: 'passed its gates', actor });
    return ref;
  });
}
