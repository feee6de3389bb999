import { dirname, extname, join } from 'node:path/posix';
import { textOf } from '../../project/loadProject.ts';
import type { CmdStage } from '../../project/schema/cmdStage.ts';
import { stagesOf } from '../lookUp.ts';
import type { CheckContext, Rule } from '../rule.ts';

/** Files that are no model of any flavour. A model of LightGBM may be a text, and one of XGBoost JSON. */
const noModel = new Set(
  '.csv .tsv .parquet .arrow .feather .jsonl .ndjson .md .html .png .jpg .jpeg .svg .pdf .log .yaml .yml .db .sql'.split(
    ' ',
  ),
);
const script = /\.(py|ipynb|r|jl|sh|js|mjs|cjs|ts)$/i;

export const validationWithoutModel: Rule = {
  code: 'LW518',
  name: 'validation-without-model',
  severity: 'warning',
  whole: 'written',
  docs: 'A validate stage tests the model of a command that makes none: no path under its `outs` can be a model, and its scripts do not log one to MLflow. The validation fails. Name the file or folder of the model under `outs`, or log it with MLflow. An error where the scripts of the command are known and import no other file of the project.',
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

/** Whether a command may log a model to MLflow, by the texts of its scripts. */
function logsModel(context: CheckContext, { cmd, deps = [] }: CmdStage): 'yes' | 'no' | 'unknown' {
  if (/mlflow/i.test(cmd)) return 'yes';
  const words = cmd.split(/\s+/).map((word) => word.replaceAll(/^["']|["';)]+$/g, ''));
  const { files } = context.project;
  const scripts = [...new Set([...words, ...deps])].filter((path) => script.test(path) && files.exists(path));
  const texts = scripts.map((path) => ({ path, text: textOf(context.project, path) }));
  if (texts.some(({ text }) => /mlflow|log_model|autolog/i.test(text))) return 'yes';
  const isWhole =
    texts.length > 0 &&
    texts.every(({ path, text }) => path.endsWith('.py') && text !== '' && !importsProject(context, path, text));
  return isWhole ? 'no' : 'unknown';
}

/** Whether a Python script imports a module that is a file or folder of the project. */
function importsProject(context: CheckContext, path: string, text: string): boolean {
  return [...text.matchAll(/^\s*(?:from|import)\s+\.*(\w*)/gm)].some(([, name = '']) =>
    ['.', dirname(path)].some(
      (folder) =>
        name === '' ||
        context.project.files.exists(join(folder, `${name}.py`)) ||
        context.project.files.exists(join(folder, name)),
    ),
  );
}
