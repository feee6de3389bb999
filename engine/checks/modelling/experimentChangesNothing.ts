import { isDeepStrictEqual } from 'node:util';
import type { ConfigFile } from '../../project/loadProject.ts';
import type { ExperimentConfig } from '../../project/schema/experimentSchema.ts';
import type { ProjectConfig } from '../../project/schema/projectSchema.ts';
import type { Rule } from '../rule.ts';

export const experimentChangesNothing: Rule = {
  code: 'LW422',
  name: 'experiment-changes-nothing',
  severity: 'info',
  whole: 'named',
  docs: 'An experiment has the same params as the project and changes no stage, so its runs are identical to runs without it. Change a param, or remove the file.',
  example: {
    wrong: '# loopwright.yaml has epochs: 30\nparams: { epochs: 30 }',
    right: '# loopwright.yaml has epochs: 30\nparams: { epochs: 60 }',
  },
  check(context) {
    for (const file of context.project.experiments.values()) {
      const params = file.value?.params;
      if (!params || Object.keys(params).length === 0 || !changesNothing(context.config, file)) continue;
      context.reportKeyIn(
        file,
        ['params'],
        `This experiment changes nothing: ${Object.keys(params)
          .map((name) => `\`${name}\``)
          .join(
            ', ',
          )} ${Object.keys(params).length === 1 ? 'is' : 'are'} as in the project. Change a param, or remove the file.`,
      );
    }
  },
};

function changesNothing(config: ProjectConfig, { value }: ConfigFile<ExperimentConfig>): boolean {
  if (!value || value.sweep || Object.keys(value.stages ?? {}).length > 0) return false;
  return Object.entries(value.params ?? {}).every(
    ([name, param]) => Object.hasOwn(config.params ?? {}, name) && isDeepStrictEqual(config.params?.[name], param),
  );
}
