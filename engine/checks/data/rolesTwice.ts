import type { FieldRole } from '../../project/schema/datasetSchema.ts';
import type { Rule } from '../rule.ts';

const single: readonly FieldRole[] = ['timestamp', 'target', 'prediction', 'score', 'query'];
/** A table of predictions of labels has a column of each label. */
const ofLabels: readonly FieldRole[] = ['target', 'prediction', 'score'];

export const rolesTwice: Rule = {
  code: 'LW308',
  name: 'role-twice',
  severity: 'warning',
  docs: 'Several fields of a schema have a role that only one column can have: the first timestamp is used as the time of a row, and training with two targets has to name one.',
  example: {
    wrong:
      '- { name: created, type: datetime, loopwright: { role: timestamp } }\n- { name: updated, type: datetime, loopwright: { role: timestamp } }',
    right:
      '- { name: created, type: datetime, loopwright: { role: timestamp } }\n- { name: updated, type: datetime, loopwright: { role: ignore } }',
  },
  check(context) {
    for (const file of context.project.schemas.values()) {
      const roles = (file.value?.fields ?? []).map((field) => field.loopwright?.role);
      const hasLabels =
        roles.filter((role) => role === 'target').length > 1 &&
        (roles.includes('prediction') || roles.includes('score'));
      for (const role of single) {
        if (hasLabels && ofLabels.includes(role)) continue;
        const holders = (file.value?.fields ?? []).flatMap((field, i) =>
          field.loopwright?.role === role ? [{ field, i }] : [],
        );
        for (const { i } of holders.slice(1))
          context.reportIn(
            file,
            ['fields', i, 'loopwright', 'role'],
            `\`${holders[0]?.field.name}\` already has the role ${role}; only one field can have it.`,
          );
      }
    }
  },
};
