import { existsSync } from 'node:fs';
import { messageOf, WorkError } from '../base/errors.ts';
import { projectPath } from '../base/projectPath.ts';
import { readRegularFile } from '../base/readRegularFile.ts';
import { writeAtomic } from '../base/writeAtomic.ts';
import type { AuditHead } from './audit.ts';
import type { AuditAnchor } from './verifyAudit.ts';

/** The head of the audit log, beside the lock. Committed, it shows when the end of the log is cut. */
export const auditAnchorFile = 'loopwright.audit.json';

/** Reads the anchor of a project; null when it has none. Throws WorkError when the file is not one. */
export function readAuditAnchor(root: string): AuditAnchor | null {
  const file = projectPath(root, auditAnchorFile);
  if (!existsSync(file)) return null;
  let content: unknown;
  try {
    content = JSON.parse(readRegularFile(file).toString('utf8'));
  } catch (error) {
    throw notAnAnchor(file, messageOf(error));
  }
  const { entries, hash } = (content ?? {}) as Partial<AuditHead>;
  if (!isHead({ entries, hash })) throw notAnAnchor(file, 'it needs `entries`, a number, and `hash`, 64 hex digits');
  return { entries: Number(entries), hash: String(hash), source: auditAnchorFile };
}

/** Writes the head of the log as the anchor of a project. */
export function writeAuditAnchor(root: string, head: AuditHead): void {
  const { entries, hash } = head;
  writeAtomic(
    projectPath(root, auditAnchorFile),
    `${JSON.stringify({ version: 1, entries, hash, writtenAt: new Date().toISOString() }, null, 2)}\n`,
  );
}

/** An anchor as a person keeps it, `ENTRIES:HASH`; null for another text. */
export function parseAuditAnchor(text: string): AuditHead | null {
  const [, entries, hash = ''] = /^(\d+):([0-9a-f]{64})$/i.exec(text.trim()) ?? [];
  return entries === undefined ? null : { entries: Number(entries), hash: hash.toLowerCase() };
}

/** The text that `parseAuditAnchor` reads. */
export function auditAnchorText({ entries, hash }: AuditHead): string {
  return `${entries}:${hash}`;
}

function isHead({ entries, hash }: { entries: unknown; hash: unknown }): boolean {
  return (
    Number.isSafeInteger(entries) && Number(entries) > 0 && typeof hash === 'string' && /^[0-9a-f]{64}$/.test(hash)
  );
}

function notAnAnchor(file: string, why: string): WorkError {
  return new WorkError(
    `${auditAnchorFile} is not an anchor of the audit: ${why}. Restore it from your version control.`,
    { place: { file } },
  );
}
