import { didYouMean } from '../../base/didYouMean.ts';
import { measureNames, unknownMeasure } from '../../drift/measures.ts';
import { replaceLiteral } from '../lookUp.ts';
import type { Path, Rule } from '../rule.ts';

export const unknownDriftMeasure: Rule = {
  code: 'LW618',
  name: 'unknown-drift-measure',
  severity: 'error',
  docs: 'A monitor uses a drift measure that its profile does not have. The evaluation of the monitor fails. Correct the name, or choose the profile that has the measure; the default profile is loopwright.',
  example: {
    wrong: 'drift: { profile: tfdv, measure: psi, threshold: 0.1 }',
    right: 'drift: { profile: evidently, measure: psi, threshold: 0.1 }',
  },
  check(context) {
    for (const [name, { drift }] of Object.entries(context.config.monitors ?? {})) {
      if (drift?.measure === undefined) continue;
      const profile = drift.profile ?? 'loopwright';
      const unknown = unknownMeasure(profile, drift.measure);
      if (unknown === null) continue;
      const path: Path = ['monitors', name, 'drift', 'measure'];
      const near = didYouMean(drift.measure, measureNames(profile));
      const fix = near === null ? null : replaceLiteral(context.project.file, path, near);
      context.report(path, unknown, { fixes: [context.fix(`Change to ${near}`, fix)] });
    }
  },
};
