import { withDatabase } from '../../../engine/data/withDatabase.ts';
import { ProjectError } from '../../../engine/base/errors.ts';
import { suggestion } from '../../../engine/base/didYouMean.ts';
import { restoreSnapshot } from '../../../engine/runner/restoreSnapshot.ts';
import { exitCodes } from '../../../protocol/problem.ts';
import type { CommandContext } from '../../context.ts';
import { count } from '../../../words/numbers.ts';
import { told } from './log.ts';
import { versionGiven } from './show.ts';

/**
 * `loopwright data restore DATASET VERSION`: restores the files of a version. The replaced files become a version first.
 */
export async function dataRestore(
  context: CommandContext,
  dataset: string | undefined,
  which: string | undefined,
): Promise<number> {
  const config = context.config();
  const known = Object.keys(config.datasets ?? {});
  if (dataset === undefined || which === undefined)
    throw new ProjectError(
      'Name a dataset and one of its versions, such as `loopwright data restore features 3f2a91bc`; `loopwright data log features` lists them.',
    );
  if (!known.includes(dataset))
    throw new ProjectError(
      `There is no dataset \`${dataset}\`.${suggestion(dataset, known) || ` Datasets: ${known.join(', ')}.`}`,
    );
  const named =
    which.startsWith(`${dataset}@`) || which.startsWith(`${dataset}~`)
      ? which
      : which.startsWith('~')
        ? `${dataset}${which}`
        : `${dataset}@${which}`;
  const { version: wanted, store } = versionGiven(context, named);
  const done = await withDatabase(context.signal, (db) =>
    restoreSnapshot(context.project(), config, store, db, wanted),
  );
  if (context.json) {
    context.printJson({
      version: told(done.version),
      replaced: done.replaced ? told(done.replaced) : null,
      setAside: done.setAside,
      files: done.files,
      stage: done.stage,
    });
    return exitCodes.done;
  }
  const { terminal } = context;
  terminal.line(
    `${done.files.join(', ')} now has the content of ${dataset}@${wanted.id.slice(0, 8)}: ${count(done.version.rows)} rows.`,
  );
  if (done.replaced)
    terminal.line(
      `The replaced data is kept as ${dataset}@${done.replaced.id.slice(0, 8)} (${count(done.replaced.rows)} rows).`,
    );
  if (done.setAside !== null)
    terminal.line(`The replaced file is not a readable table; it was moved to ${done.setAside}.`);
  if (done.stage !== null)
    terminal.line(
      `\`${done.stage}\` is considered fresh until its inputs change; run \`loopwright run ${done.stage} --force\` to produce the data again.`,
    );
  return exitCodes.done;
}
