import { setAt, type Edit } from '../../project/edit.ts';
import { entryOf } from '../../project/located.ts';
import { stagesOf } from '../lookUp.ts';
import type { CheckContext, Rule } from '../rule.ts';

export const noSeed: Rule = {
  code: 'LW701',
  name: 'no-seed',
  severity: 'info',
  whole: 'named',
  docs: 'The project trains or splits at random without a `seed`. The seed is then 0, which the file does not show to those who reproduce the work or measure the effect of chance. Set the seed explicitly.',
  example: { wrong: 'version: 1\nproject: orders', right: 'version: 1\nproject: orders\nseed: 0' },
  check(context) {
    const { config } = context;
    const random =
      stagesOf(config, 'train').length > 0 ||
      context.project.readable?.mentions('train') ||
      stagesOf(config, 'prepare').some(([, stage]) => stage.with.split !== undefined && stage.with.split.by !== 'time');
    if (config.seed !== undefined || !random) return;
    context.reportKey(
      ['project'],
      'The project is trained or split at random and names no `seed`; it is 0 then. Write it down.',
      { fixes: [context.fix('Add seed: 0, as it is now', afterProject(context))] },
    );
  },
};

/** The line below the name of the project, where a seed is looked for. */
function afterProject({ project: { file } }: CheckContext): Edit | null {
  const { text, root } = file.parsed;
  const entry = entryOf(root ?? undefined, 'project');
  if (!entry || entry.merged || root === null || text[root.range.start] === '{') return setAt(file, ['seed'], '0');
  const newline = text.indexOf('\n', entry.value.range.end);
  const end = newline === -1 ? text.length : text[newline - 1] === '\r' ? newline - 1 : newline;
  return { file, range: { start: end, end }, text: `${text.includes('\r\n') ? '\r\n' : '\n'}seed: 0` };
}
