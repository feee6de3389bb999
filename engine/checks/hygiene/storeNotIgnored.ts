import { readIgnoreRules } from '../../project/ignoreRules.ts';
import { LineIndex } from '../../project/lineIndex.ts';
import { textOf } from '../../project/loadProject.ts';
import type { CheckContext, Rule } from '../rule.ts';

const store = '.loopwright';

export const storeNotIgnored: Rule = {
  code: 'LW711',
  name: 'store-not-ignored',
  severity: 'info',
  docs: 'The `.gitignore` of the project does not ignore `.loopwright`, which holds runs, models and logs. They are large, change with each run and may contain data, so they do not belong in commits. Add the folder.',
  example: { wrong: '# .gitignore\nnode_modules/', right: '# .gitignore\nnode_modules/\n.loopwright/' },
  check(context) {
    const own = read(context, '.gitignore');
    if (
      own === null ||
      ['', '../', '../../', '../../../'].some((up) => ignoresStore(read(context, `${up}.gitignore`) ?? ''))
    )
      return;
    const lines = new LineIndex(own);
    const line = own === '' || own.endsWith('\n') ? `${store}/\n` : `\n${store}/\n`;
    const fix = {
      title: `Add ${store}/ to .gitignore`,
      edits: [{ ...lines.place('.gitignore', { start: own.length, end: own.length }), newText: line }],
    };
    context.reportKey(
      ['project'],
      `\`.gitignore\` does not leave out \`${store}\`, where runs, models and logs are kept. Add \`${store}/\`.`,
      { fixes: [fix] },
    );
  },
};

function read({ project }: CheckContext, path: string): string | null {
  return project.files.exists(path) ? textOf(project, path) : null;
}

function ignoresStore(text: string): boolean {
  const ignored = readIgnoreRules(text);
  return ignored(store, true) === true || ignored(`${store}/loopwright.db`, false) === true;
}
