import type { ModelRef } from '../../protocol/models.ts';
import type { Store } from '../store/store.ts';

/** The predictions of a version by one deployment, in one role. */
export interface VersionPredictions {
  deployment: string;
  /** `stable`, or the role of a trial such as `shadow`. */
  role: string;
  count: number;
  /** Epoch milliseconds; of files the times that they span. */
  firstAt: number | null;
  lastAt: number | null;
}

/** The predictions of a version, of requests and of files, by deployment and role. */
export function predictionsOfVersion({ sql }: Pick<Store, 'sql'>, { name, version }: ModelRef): VersionPredictions[] {
  return sql.all<VersionPredictions>(
    `SELECT deployment, role, sum(n) AS count, min(first) AS firstAt, max(last) AS lastAt FROM (
       SELECT deployment, role, count(*) AS n, min(at) AS first, max(at) AS last FROM predictions
       WHERE version = ? AND (model = ? OR model IS NULL) GROUP BY deployment, role
       UNION ALL
       SELECT deployment, role, sum(rows), min(from_at), max(to_at) FROM prediction_files
       WHERE version = ? AND (model = ? OR model IS NULL) GROUP BY deployment, role)
     GROUP BY deployment, role ORDER BY deployment, role`,
    version,
    name,
    version,
    name,
  );
}
