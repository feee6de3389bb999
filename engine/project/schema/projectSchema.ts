import { Type, type Static } from 'typebox';
import { severityChoices } from '../../../protocol/problem.ts';
import { Dataset } from './datasets.ts';
import { Deployment } from './deployments.ts';
import { closed, path } from './fields.ts';
import { LabelTask } from './labelling.ts';
import { Models } from './models.ts';
import { Monitor } from './monitors.ts';
import { Params } from './params.ts';
import { PrimaryMetric } from './primaryMetric.ts';
import { Registry } from './registry.ts';
import { Retraining } from './retraining.ts';
import { Stage } from './stages.ts';

/** `loopwright.yaml`. */
export const ProjectSchema = Type.Object(
  {
    version: Type.Literal(1, { description: 'Version of the format: 1.' }),
    project: Type.String({
      pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]*$',
      description: 'Name of the project, and of its model when there is no `models` section.',
    }),
    seed: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 4294967295, description: 'Seed of all random numbers. Default 0.' }),
    ),
    primary_metric: Type.Optional(PrimaryMetric),
    python: Type.Optional(
      path(
        'The Python of `cmd` stages and of sweeps with Optuna: the folder of an environment, such as `.venv`, or an interpreter. Default: the setting `loopwright.python`, the environment selected in the editor, the environment of the project or a folder above it (`.venv`, `venv`, conda, Poetry, uv, pixi, Pipenv), otherwise `python3`.',
      ),
    ),
    env_file: Type.Optional(
      Type.Union(
        [path('A file of `NAME=value` lines.'), Type.Array(path('A file of `NAME=value` lines.'), { minItems: 1 })],
        {
          description:
            'Files of `NAME=value` lines, such as `.env`, with values for `${env.NAME}` and the programs of stages. A variable that is already set keeps its value; a later file overrides an earlier one. Do not commit these files.',
        },
      ),
    ),
    outside_folders: Type.Optional(
      Type.Array(path('A folder, relative to the project or absolute.'), {
        description:
          'Folders outside the project in which globs may look for files, such as `../shared`. Without them, a glob that leads out of the project is an error. A file outside that is named whole needs none.',
      }),
    ),
    params: Type.Optional(Params),
    datasets: Type.Optional(Type.Record(Type.String(), Dataset, { description: 'Named tables.' })),
    models: Type.Optional(Models),
    registry: Type.Optional(Registry),
    stages: Type.Record(Type.String(), Stage, { description: 'The stages of the project, which form a graph.' }),
    deployments: Type.Optional(Type.Record(Type.String(), Deployment, { description: 'Deployments of the model.' })),
    monitors: Type.Optional(Type.Record(Type.String(), Monitor, { description: 'Monitors of the deployments.' })),
    retraining: Type.Optional(Retraining),
    labelling: Type.Optional(Type.Record(Type.String(), LabelTask, { description: 'Labelling tasks.' })),
    checks: Type.Optional(
      Type.Record(
        Type.String(),
        Type.Enum(severityChoices, { description: 'Severity of the findings of this check, or off.' }),
        {
          description:
            'Severity of checks by code, for all users of the project: `LW412: off`. `# loopwright-ignore LW412` on a line, or on a line of its own above, silences one finding.',
        },
      ),
    ),
    card: Type.Optional(
      Type.Object(
        {
          intended_use: Type.Optional(Type.String({ description: 'Intended and unsupported uses of the model.' })),
          limitations: Type.Optional(Type.String({ description: 'Cases in which the model is known to fail.' })),
          ethics: Type.Optional(Type.String({ description: 'Risks to people and how they are mitigated.' })),
        },
        { ...closed, description: 'The parts of the model card that are written by hand.' },
      ),
    ),
  },
  {
    ...closed,
    title: 'Project',
    description: 'A Loopwright project: datasets, params, stages, gates, deployments, monitors and retraining.',
  },
);

export type ProjectConfig = Static<typeof ProjectSchema>;
