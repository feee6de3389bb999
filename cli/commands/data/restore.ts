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
 * `loopwright data restore DATASET VERSION`: puts the files of a version back. What stood there is made a version
 * first.
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
      'Say which dataset and which of its versions: `loopwright data restore features 3f2a91bc`; `loopwright data log features` lists them.',
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
    `${done.files.join(', ')} is now what ${dataset}@${wanted.id.slice(0, 8)} was: ${count(done.version.rows)} rows.`,
  );
  if (done.replaced)
    terminal.line(
      `What it replaced is kept as ${dataset}@${done.replaced.id.slice(0, 8)} (${count(done.replaced.rows)} rows).`,
    );
  if (done.setAside !== null)
    terminal.line(`What stood there cannot be read as a table; it was put into ${done.setAside}.`);
  if (done.stage !== null)
    terminal.line(
      `\`${done.stage}\` counts as done with it until what it reads changes; \`loopwright run ${done.stage} --force\` makes the data anew.`,
    );
  return exitCodes.done;
}
