import { WorkError } from '../base/errors.ts';
import { describeGate } from '../evaluation/gates.ts';
import type { Store } from '../store/store.ts';
import { recordEvent } from '../tracking/events.ts';
import { getVersion, setAlias, versionOf } from './modelVersions.ts';

export interface Promotion {
  version: number;
  previous: number | null;
}

/**
 * Makes a version the champion. Refused with the gates that failed, whoever asks. `at` is when, on the clock of the
 * caller.
 */
export function promote(store: Store, model: string, version: number, why: string, at = Date.now()): Promotion {
  const wanted = getVersion(store, model, version);
  const failed = wanted.report.gates.filter((gate) => !gate.passed);
  if (failed.length > 0)
    throw new WorkError(
      `Version ${version} did not pass ${failed.length} of ${wanted.report.gates.length} gates and stays where it is: ${failed.map(describeGate).join('; ')}.`,
    );
  return store.sql.write(() => {
    if (versionOf(store, model, 'champion')?.version === version) return { version, previous: version };
    const previous = setAlias(store, model, 'champion', version, why);
    if (versionOf(store, model, 'challenger')?.version === version)
      setAlias(store, model, 'challenger', null, 'became champion');
    recordEvent(store, {
      at,
      kind: 'promoted',
      monitor: null,
      text: `v${version} became champion${previous === null ? '' : `, v${previous} before`}: ${why}`,
      modelVersion: version,
      runId: wanted.runId,
    });
    return { version, previous };
  });
}

/**
 * Gives the champion's place back to the version that had it before. A second rollback goes one further back, not to
 * the version that was just rolled back.
 */
export function rollback(store: Store, model: string, at = Date.now()): Promotion {
  return store.sql.write(() => {
    const champion = versionOf(store, model, 'champion');
    if (!champion) throw new WorkError('There is no champion to roll back.');
    const before =
      store.sql.get<{ previous: number | null }>(
        `SELECT previous FROM alias_history WHERE model = ? AND alias = 'champion' AND version = ? AND previous IS NOT NULL AND previous <> version AND why NOT LIKE 'rolled back from %' ORDER BY id DESC LIMIT 1`,
        model,
        champion.version,
      )?.previous ?? null;
    if (before === null)
      throw new WorkError(`Version ${champion.version} is the first champion; there is none to go back to.`);
    setAlias(store, model, 'champion', before, `rolled back from ${champion.version}`);
    recordEvent(store, {
      at,
      kind: 'rolled back',
      monitor: null,
      text: `v${champion.version} rolled back to v${before}`,
      modelVersion: before,
      runId: null,
    });
    return { version: before, previous: champion.version };
  });
}
