import { removeAt } from '../../project/edit.ts';
import type { Path, Rule } from '../rule.ts';

export const unusedSignificance: Rule = {
  code: 'LW623',
  name: 'unused-significance',
  severity: 'warning',
  docs: 'The `drift` of a monitor sets `significance`, and its profile does not use it. evidently, tfdv and nannyml judge columns by the rules of that tool. Remove it, or use the profile loopwright.',
  example: {
    wrong: 'drift: { profile: evidently, significance: 0.001 }',
    right: 'drift: { profile: loopwright, significance: 0.001 }',
  },
  check(context) {
    for (const [name, { drift }] of Object.entries(context.config.monitors ?? {})) {
      const profile = drift?.profile ?? 'loopwright';
      if (drift?.significance === undefined || profile === 'loopwright') continue;
      const path: Path = ['monitors', name, 'drift', 'significance'];
      context.report(path, `The profile ${profile} judges by its own rules, so \`significance\` has no effect.`, {
        fixes: [context.fix('Remove significance', removeAt(context.project.file, path))],
      });
    }
  },
};
