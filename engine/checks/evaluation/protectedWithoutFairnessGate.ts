import { appendItem, setAt, yamlText, type Edit } from '../../project/edit.ts';
import { parseMetric } from '../../evaluation/metricName.ts';
import type { ValidateStage } from '../../project/schema/validateStage.ts';
import { taskValidated } from '../bounds.ts';
import { stagesOf } from '../lookUp.ts';
import type { CheckContext, Rule } from '../rule.ts';

export const protectedWithoutFairnessGate: Rule = {
  code: 'LW507',
  name: 'protected-without-fairness-gate',
  severity: 'warning',
  whole: 'named',
  docs: 'A column has the role protected, but no gate bounds a fairness measure of it, so a model that treats its groups very differently can be promoted. Name the column under `fairness` and add a gate such as `equal_opportunity_difference[column]`.',
  example: {
    wrong: '# age_group has the role protected\nvalidate: { uses: validate, with: { model: train, data: features } }',
    right:
      'validate:\n  uses: validate\n  with: { model: train, data: features, fairness: { attributes: [age_group] } }\n  gates:\n    equal_opportunity_difference[age_group]: { max: 0.1 }',
  },
  check(context) {
    const stages = stagesOf(context.config, 'validate');
    const told = new Set<string>();
    for (const [name, stage] of stages) {
      if (taskValidated(context, stage) !== 'binary') continue;
      const siblings = stages.filter(([, other]) => other.with.model === stage.with.model);
      for (const field of context.schemaOf(stage.with.data)?.fields ?? []) {
        const key = `${stage.with.model} ${field.name}`;
        if (
          field.loopwright?.role !== 'protected' ||
          told.has(key) ||
          siblings.some(([, other]) => bounds(other, field.name))
        )
          continue;
        told.add(key);
        report(context, name, stage, field.name);
      }
    }
  },
};

function bounds(stage: ValidateStage, attribute: string): boolean {
  return (
    Object.keys(stage.gates ?? {}).some((gate) => parseMetric(gate)?.attribute === attribute) &&
    (stage.with.fairness?.attributes.includes(attribute) ?? false)
  );
}

function report(context: CheckContext, name: string, stage: ValidateStage, attribute: string): void {
  const at = stage.with.fairness?.attributes.indexOf(attribute) ?? -1;
  const gate = `equal_opportunity_difference[${attribute}]`;
  const gated = Object.keys(stage.gates ?? {}).some((other) => parseMetric(other)?.attribute === attribute);
  const edits = [
    ...(at === -1 ? [addAttribute(context, name, stage, attribute)] : []),
    ...(gated ? [] : [setAt(context.project.file, ['stages', name, 'gates', gate], '{ max: 0.1 }')]),
  ];
  const more = { fixes: [context.fix(`Add a gate on ${gate}`, ...edits)] };
  const message = `\`${attribute}\` is protected, but no gate bounds a fairness measure of it. Name it under \`fairness\` and add a gate on \`${gate}\`.`;
  if (at === -1) context.reportKey(['stages', name], message, more);
  else context.report(['stages', name, 'with', 'fairness', 'attributes', at], message, more);
}

function addAttribute({ project }: CheckContext, name: string, stage: ValidateStage, attribute: string): Edit | null {
  const path = ['stages', name, 'with', 'fairness'];
  return stage.with.fairness
    ? appendItem(project.file, [...path, 'attributes'], yamlText(attribute))
    : setAt(project.file, path, `{ attributes: [${yamlText(attribute)}] }`);
}
