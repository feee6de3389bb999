import { extname } from 'node:path/posix';
import { stagesOf } from '../lookUp.ts';
import { logsModel } from '../modelLogging.ts';
import type { Rule } from '../rule.ts';

/** Files that are no model of any flavour. A model of LightGBM may be a text, and one of XGBoost JSON. */
const noModel = new Set(
  '.csv .tsv .parquet .arrow .feather .jsonl .ndjson .md .html .png .jpg .jpeg .svg .pdf .log .yaml .yml .db .sql'.split(
    ' ',
  ),
);

export const validationWithoutModel: Rule = {
  code: 'LW518',
  name: 'validation-without-model',
  severity: 'warning',
  whole: 'written',
  docs: 'A validate stage tests the model of a command that makes none: no path under its `outs` can be a model, and its scripts do not log one to MLflow. The validation fails. Name the file or folder of the model under `outs`, or log it with MLflow. An error where all that the command runs is known: its scripts, the files of the project that they import, and packages that log no model.',
  example: {
    wrong:
      'train: { cmd: python train.py, deps: [train.py], outs: [scores.csv] }\nvalidate: { uses: validate, with: { model: train, data: features } }',
    right:
      'train: { cmd: python train.py, deps: [train.py], outs: [model.joblib, scores.csv] }\nvalidate: { uses: validate, with: { model: train, data: features } }',
  },
  check(context) {
    const { models, stages } = context.config;
    for (const [name, { with: inputs }] of stagesOf(context.config, 'validate')) {
      if (inputs.predictions !== undefined) continue;
      // The loaded config names the stage, even where the file names an entry of `models`.
      const maker = inputs.model;
      const stage = Object.hasOwn(stages, maker) ? stages[maker] : undefined;
      if (!stage || 'uses' in stage) continue;
      if (Object.values(models ?? {}).some(({ from, path }) => from === maker && path !== undefined)) continue;
      if ((stage.outs ?? []).some((out) => !noModel.has(extname(out).toLowerCase()))) continue;
      if (context.facts.history()?.models.some((model) => model.stage === maker)) continue;
      const logs = logsModel(context, stage);
      if (logs === 'yes') continue;
      context.report(
        ['stages', name, 'with', 'model'],
        `\`${maker}\` makes no model that \`${name}\` could test: ${(stage.outs ?? []).length === 0 ? 'it has no `outs`' : 'none of its `outs` can be a model'}. Name the model under \`outs\`, or log it with MLflow.`,
        {
          ...(logs === 'no' ? { severity: 'error' as const } : {}),
          related: [context.keyPlace(['stages', maker], 'the command')],
        },
      );
    }
  },
};
