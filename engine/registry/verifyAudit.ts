import type { Store } from '../store/store.ts';
import { hashOf, type AuditHead, type AuditRow } from './audit.ts';
import { auditedAliases } from './auditedAliases.ts';

type Sql = Pick<Store, 'sql'>;

/** A head of the log that was kept outside the store, and where. */
export interface AuditAnchor extends AuditHead {
  /** The file or option that holds it, for messages. */
  source: string;
}

export interface AuditProblem {
  /**
   * `changed`: an entry does not match its own hash. `missing`: an entry does not follow the one before it, so that
   * entries between them were removed, or the one before was rewritten. `cut`: an anchor names an entry that the log does
   * not have. `unprotected`: the triggers that refuse changes of the log are gone. `alias`: an alias is not where the log
   * left it.
   */
  kind: 'changed' | 'missing' | 'cut' | 'unprotected' | 'alias';
  /** The id of the entry; null when it is not about one. */
  entry: number | null;
  text: string;
}

export interface AuditVerification {
  /** Null while the log is empty. */
  head: AuditHead | null;
  problems: AuditProblem[];
  /** The anchors that the log was compared with. */
  anchors: AuditAnchor[];
}

/**
 * Verifies the chain of the audit log, its triggers, the anchors, and that the aliases are where the log left them. An
 * entry that was removed at the end, or a chain that was computed again, shows only against an anchor.
 */
export function verifyAudit(store: Sql, anchors: readonly AuditAnchor[] = []): AuditVerification {
  return store.sql.read(() => {
    const { problems, head, places } = readChain(store, new Set(anchors.map(({ hash }) => hash)));
    for (const anchor of anchors) {
      const text = anchorProblem(anchor, head, places.get(anchor.hash));
      if (text !== null) problems.push({ kind: 'cut', entry: null, text });
    }
    const gone = missingTriggers(store);
    if (gone.length > 0)
      problems.push({
        kind: 'unprotected',
        entry: null,
        text: `The store no longer refuses changes of the log: ${gone.map((name) => `\`${name}\``).join(', ')} ${gone.length === 1 ? 'is' : 'are'} gone.`,
      });
    return { head, problems: [...problems, ...aliasProblems(store)], anchors: [...anchors] };
  });
}

/** The id of the first entry that does not fit the chain; null while the chain is intact. */
export function brokenAuditEntry(store: Sql): number | null {
  return readChain(store, new Set()).problems[0]?.entry ?? null;
}

function readChain({ sql }: Sql, wanted: ReadonlySet<string>) {
  const problems: AuditProblem[] = [];
  /** The number of entries up to and with the one of a hash. */
  const places = new Map<string, number>();
  let last: AuditRow | null = null;
  let entries = 0;
  for (const row of sql.iterate<AuditRow>('SELECT * FROM audit ORDER BY id')) {
    entries++;
    if (wanted.has(row.hash)) places.set(row.hash, entries);
    if (row.previous_hash !== (last?.hash ?? ''))
      problems.push({
        kind: 'missing',
        entry: row.id,
        text: last
          ? `Entry ${row.id} does not follow entry ${last.id}: entries between them were removed, or entry ${last.id} was written anew.`
          : `Entry ${row.id} is not the first entry that was written: the beginning of the log was removed.`,
      });
    if (row.hash !== hashOf(row, row.previous_hash))
      problems.push({ kind: 'changed', entry: row.id, text: `Entry ${row.id} was changed after it was written.` });
    last = row;
  }
  return { problems, head: last && { entries, hash: last.hash }, places };
}

function anchorProblem(anchor: AuditAnchor, head: AuditHead | null, place: number | undefined): string | null {
  if (place === anchor.entries) return null;
  const said = `${anchor.source} knows ${anchor.entries} ${anchor.entries === 1 ? 'entry' : 'entries'} that end in ${anchor.hash.slice(0, 12)}`;
  const has = head?.entries ?? 0;
  if (place !== undefined) return `${said}; in the log, that entry is number ${place}.`;
  return has < anchor.entries
    ? `${said}, and the log has ${has}: its end was removed.`
    : `${said}, and no entry of the log has that hash: the log was written anew.`;
}

const triggers = ['audit_refuses_delete', 'audit_refuses_replace', 'audit_refuses_update'];

function missingTriggers({ sql }: Sql): string[] {
  const found = new Set(
    sql
      .all<{ name: string }>(
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit' AND sql LIKE '%RAISE(ABORT%'",
      )
      .map(({ name }) => name),
  );
  return triggers.filter((name) => !found.has(name));
}

function aliasProblems(store: Sql): AuditProblem[] {
  const now = new Map(
    store.sql
      .all<{ model: string; alias: string; version: number }>('SELECT model, alias, version FROM aliases')
      .map((row) => [JSON.stringify([row.model, row.alias]), row.version]),
  );
  return auditedAliases(store).flatMap(({ model, alias, version, entry }): AuditProblem[] => {
    const found = now.get(JSON.stringify([model, alias])) ?? null;
    const text = (one: number | null) => (one === null ? 'no version' : `v${one}`);
    if (found === version) return [];
    return [
      {
        kind: 'alias',
        entry,
        text: `The alias \`${alias}\` of \`${model}\` is at ${text(found)}, and entry ${entry} left it at ${text(version)}: it was changed outside Loopwright.`,
      },
    ];
  });
}
