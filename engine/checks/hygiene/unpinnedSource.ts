import { stagesOf } from '../lookUp.ts';
import type { Rule } from '../rule.ts';

export const unpinnedSource: Rule = {
  code: 'LW702',
  name: 'unpinned-source',
  severity: 'warning',
  docs: 'Data is downloaded without a checksum. If the file changes at its source or in transit, a different model is trained without an explanation. Add `sha256`; if the data is meant to change, silence the finding with a comment.',
  example: {
    wrong: 'from: { url: "https://example.org/orders.csv" }',
    right:
      'from: { url: "https://example.org/orders.csv", sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 }',
  },
  check(context) {
    for (const [name, stage] of stagesOf(context.config, 'collect')) {
      const { from } = stage.with;
      if ('url' in from && from.sha256 === undefined)
        context.report(
          ['stages', name, 'with', 'from', 'url'],
          'This download has no `sha256`, so nobody notices when the file changes. Add the checksum of the file that you mean.',
        );
    }
  },
};
