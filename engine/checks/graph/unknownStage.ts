import { suggestion } from '../../base/didYouMean.ts';
import { addressOfModel } from '../../project/models.ts';
import type { ProjectConfig } from '../../project/schema/projectSchema.ts';
import type { Validation } from '../../project/schema/validateStage.ts';
import type { Rule } from '../rule.ts';

export const unknownStage: Rule = {
  code: 'LW202',
  name: 'unknown-stage',
  severity: 'error',
  docs: 'Something names a stage that is not declared under `stages`, or a stage of the wrong kind: a model and `validate` need a train stage, a monitor a validate stage. Correct the name.',
  example: {
    wrong: 'monitors:\n  production: { deployment: production, reference: train }',
    right: 'monitors:\n  production: { deployment: production, reference: validate }',
  },
  check(context) {
    const { stages, models, monitors, retraining } = context.config;
    const names = Object.keys(stages);
    const ofKind = (kind: string) => names.filter((name) => context.graph.stages.get(name)?.kind === kind);
    const wrong = (name: string, kind: string | null) => {
      if (!names.includes(name))
        return `There is no stage \`${name}\`.${suggestion(name, kind ? ofKind(kind) : names)}`;
      const found = context.graph.stages.get(name)?.kind;
      return kind !== null && found !== kind && found !== 'cmd'
        ? `\`${name}\` is a ${found} stage; a ${kind} stage is needed.${ofKind(kind).length > 0 ? ` There is \`${ofKind(kind).join('`, `')}\`.` : ''}`
        : null;
    };
    for (const [name, stage] of Object.entries(stages)) {
      if ('uses' in stage && stage.uses === 'validate' && needsStage(context.config, stage.with)) {
        const message = wrong(stage.with.model, 'train');
        if (message) context.report(['stages', name, 'with', 'model'], message);
      }
    }
    for (const [name, model] of Object.entries(models ?? {})) {
      const message = model.from === undefined ? null : wrong(model.from, 'train');
      if (message) context.report(['models', name, 'from'], message);
    }
    for (const [name, monitor] of Object.entries(monitors ?? {})) {
      const message = wrong(monitor.reference, 'validate');
      if (message) context.report(['monitors', name, 'reference'], message);
    }
    retraining?.run?.forEach((stage, i) => {
      const message = wrong(stage, null);
      if (message) context.report(['retraining', 'run', i], message);
    });
    for (const file of context.project.experiments.values()) {
      for (const stage of Object.keys(file.value?.stages ?? {})) {
        const message = wrong(stage, null);
        if (message) context.reportKeyIn(file, ['stages', stage], message);
      }
    }
  },
};

/** A model at an address and a table of predictions are made by no stage. */
function needsStage(config: ProjectConfig, { model, predictions }: Validation): boolean {
  return predictions === undefined && !addressOfModel(config, model);
}
