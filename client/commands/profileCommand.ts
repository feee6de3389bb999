import { isAbsolute, relative } from 'node:path';
import type { DataSubject, SubjectChoice } from '../../protocol/dataProfile.ts';
import type { Project } from '../projects/project.ts';
import type { RowSubject } from '../views/row.ts';
import { count } from '../../words/numbers.ts';
import { exactTime, timeText } from '../../words/times.ts';
import { mayRun, projectOf } from './ask.ts';
import { choice, pick } from './pick.ts';
import type { CommandContext } from './context.ts';

/** Opens the data profile of a row, of a file of the explorer, or of what the person picks. */
export function openProfile(context: CommandContext): (given?: RowSubject) => Promise<void> {
  return async (given) => {
    const project = (await mayRun()) ? await projectOf(context, given) : undefined;
    if (!project) return;
    const named = given && subjectOf(project, given);
    if (named) void begin(project, named);
    if (named && named.kind !== 'snapshot')
      return context.panels.show('profile', project, { subject: named, against: null });
    const choices = await project.engine.request('data/subjects', {});
    const subject = named ?? (await pickSubject(choices));
    if (subject === undefined) return;
    if (subject !== null && !named) void begin(project, subject);
    // A version is looked at for what it changed.
    const before = named
      ? (choices.find(
          (one) => one.subject.kind === 'snapshot' && named.kind === 'snapshot' && one.subject.id === named.id,
        )?.before[0] ?? null)
      : null;
    context.panels.show('profile', project, { subject, against: before });
  };
}

/**
 * The engine begins while the page of the view still loads; the view asks for the same and waits less. What goes wrong
 * is told there.
 */
async function begin(project: Project, subject: DataSubject): Promise<void> {
  await project.engine.request('data/outline', { subject }).catch(() => {});
  await project.engine.request('data/profile', { subject }).catch(() => {});
}

function subjectOf(project: Project, { dataset, snapshot, file }: RowSubject): DataSubject | null {
  if (snapshot !== undefined) return { kind: 'snapshot', id: snapshot };
  if (dataset !== undefined) return { kind: 'dataset', name: dataset };
  if (file === undefined) return null;
  const inside = isAbsolute(file) ? relative(project.root, file) : file;
  return { kind: 'file', path: inside.startsWith('..') || isAbsolute(inside) ? file : inside.replaceAll('\\', '/') };
}

/** Null where the project has no dataset: the view then says how to get one. */
async function pickSubject(choices: SubjectChoice[]): Promise<DataSubject | null | undefined> {
  if (choices.length === 0) return null;
  return pick(
    'Which data?',
    choices.map(({ subject, title, rows, madeAt }) => ({
      ...choice(
        subject,
        title,
        [rows === null ? 'no version yet' : `${count(rows)} rows`, madeAt === null ? '' : timeText(madeAt)]
          .filter(Boolean)
          .join(' · '),
        subject.kind === 'dataset' ? 'database' : 'git-commit',
      ),
      detail: madeAt === null ? undefined : exactTime(madeAt),
    })),
  );
}
