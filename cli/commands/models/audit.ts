import { resolve } from 'node:path';
import { ProjectError, WorkError } from '../../../engine/base/errors.ts';
import {
  auditAnchorFile,
  auditAnchorText,
  parseAuditAnchor,
  readAuditAnchor,
  writeAuditAnchor,
} from '../../../engine/registry/auditAnchor.ts';
import type { AuditSubject, AuditValue } from '../../../engine/registry/audit.ts';
import { listAudit } from '../../../engine/registry/listAudit.ts';
import { verifyAudit, type AuditAnchor, type AuditVerification } from '../../../engine/registry/verifyAudit.ts';
import { plural } from '../../../words/numbers.ts';
import { exitCodes } from '../../../protocol/problem.ts';
import type { CommandContext } from '../../context.ts';
import { readCount } from '../../readOption.ts';
import { table } from '../../terminal.ts';
import { utcText } from './utcText.ts';

export interface ModelsAuditOptions {
  model?: string;
  limit?: string;
  anchor?: boolean;
  expect?: string;
}

const usualLimit = 50;

/** `loopwright models audit`: the log, and whether its chain is whole; 1 when it is not. */
export async function modelsAudit(context: CommandContext, options: ModelsAuditOptions): Promise<number> {
  const expected = options.expect === undefined ? null : readExpected(options.expect);
  const asked = options.limit === undefined ? (context.json ? 0 : usualLimit) : readCount(options.limit, 'limit');
  const { root } = context.project();
  const store = context.storeIfAny();
  const kept = readAuditAnchor(root);
  const anchors = [...(kept ? [kept] : []), ...(expected ? [expected] : [])];
  if (!store) {
    if (anchors[0]) throw new WorkError(`There is no store, but ${anchors[0].source} knows an audit log of one.`);
    if (context.json) context.printJson({ head: null, problems: [], anchors: [], entries: [] });
    else context.terminal.line('The audit log is empty: nothing was registered yet.');
    return exitCodes.done;
  }
  const found = verifyAudit(store, anchors);
  const entries = listAudit(store, { model: options.model ?? null, limit: asked === 0 ? null : asked });
  const isWhole = found.problems.length === 0;
  if (options.anchor === true) anchorLog(root, found);
  if (context.json) context.printJson({ ...found, entries });
  else {
    const rows = entries.map(({ id, at, actor, action, subject }) => [
      String(id),
      utcText(at),
      actor,
      action,
      typeof subject === 'string' ? subject : subjectText(subject),
    ]);
    for (const line of table(['entry', 'time', 'by', 'change', 'of'], rows, [0])) context.terminal.line(line);
    tell(context, found, options);
  }
  return isWhole ? exitCodes.done : exitCodes.failed;
}

/** An anchor of a broken log would hide what is broken. */
function anchorLog(root: string, { head, problems }: AuditVerification): void {
  if (problems.length > 0)
    throw new WorkError(
      `The head is not kept, because the log is not whole: ${problems.map(({ text }) => text).join(' ')}`,
    );
  if (head) writeAuditAnchor(root, head);
}

function tell({ terminal, project }: CommandContext, found: AuditVerification, options: ModelsAuditOptions): void {
  const { head, problems, anchors } = found;
  terminal.line();
  for (const { text } of problems) terminal.line(`${terminal.style('red', '✗')} ${text}`);
  if (head === null) return terminal.line('The audit log is empty.');
  if (problems.length === 0)
    terminal.line(
      `${terminal.style('green', '✓')} ${plural(head.entries, 'entry', 'entries')}, each follows from the one before${anchors.length === 0 ? '' : `, and from ${anchors.map(({ source }) => source).join(' and ')}`}.`,
    );
  terminal.line(`Head: ${auditAnchorText(head)}`);
  if (options.anchor === true)
    terminal.note(
      `written to ${resolve(project().root, auditAnchorFile)}; commit it, so that a cut of the log is seen`,
    );
  else if (anchors.length === 0)
    terminal.note(
      `Without a head that is kept elsewhere, entries that were removed at the end are not seen: keep the line above for \`--expect\`, or let \`--anchor\` write it to ${auditAnchorFile}, and commit that.`,
    );
}

function readExpected(text: string): AuditAnchor {
  const head = parseAuditAnchor(text);
  if (!head)
    throw new ProjectError(
      `\`--expect ${text}\` is not a head; \`loopwright models audit\` prints one as ENTRIES:HASH.`,
    );
  return { ...head, source: '--expect' };
}

/** `m v3, alias champion, previous v2, why "better"`. */
function subjectText({ model, version, ...rest }: AuditSubject): string {
  const name = [model, version === undefined || version === null ? null : `v${version as number}`]
    .filter((part) => typeof part === 'string')
    .join(' ');
  const parts = Object.entries(rest).flatMap(([key, value]) =>
    value === null || value === '' ? [] : [`${key} ${valueText(key, value)}`],
  );
  return [name, ...parts].join(', ');
}

function valueText(key: string, value: AuditValue): string {
  if (key === 'previous' && typeof value === 'number') return `v${value}`;
  if (Array.isArray(value)) return value.map((one: AuditValue) => valueText('', one)).join('; ');
  if (typeof value === 'object') return JSON.stringify(value);
  return String(value);
}
