import { removeAt } from '../../project/edit.ts';
import { paramsIn } from '../../project/interpolate.ts';
import { cmdStages } from '../lookUp.ts';
import type { CheckContext, Rule } from '../rule.ts';

export const unusedParam: Rule = {
  code: 'LW214',
  name: 'unused-param',
  severity: 'info',
  whole: 'named',
  docs: 'No stage uses this param, so changing it changes nothing; an experiment or sweep over it compares identical runs. Use it as `${params.name}`, or remove it. Not reported in projects with commands, which may read the file themselves.',
  example: {
    wrong:
      'params: { epochs: 30 }\nstages:\n  train: { uses: train, with: { data: features, model: mlp, epochs: 30 } }',
    right:
      'params: { epochs: 30 }\nstages:\n  train: { uses: train, with: { data: features, model: mlp, epochs: "${params.epochs}" } }',
  },
  check(context) {
    const { config, project } = context;
    if (cmdStages(config).length > 0) return;
    const used = usedParams(context);
    const unused = Object.keys(config.params ?? {}).filter((name) => !used.has(name));
    for (const name of unused) {
      const varied = reportExperiments(context, name);
      context.reportKey(
        ['params', name],
        `Nothing uses the param \`${name}\`. Use it as \`\${params.${name}}\`, or remove it.`,
        { fixes: [varied ? null : context.fix(`Remove ${name}`, removeAt(project.file, ['params', name]))] },
      );
    }
  },
};

function usedParams({ project }: CheckContext): Set<string> {
  const files = [project.file, ...project.experiments.values()];
  return new Set(files.flatMap((file) => paramsIn(file.parsed.text)));
}

/** Reports experiments that vary the param; whether there are any. */
function reportExperiments(context: CheckContext, name: string): boolean {
  let varied = false;
  for (const file of context.project.experiments.values()) {
    for (const path of [
      ['params', name],
      ['sweep', 'params', name],
    ]) {
      const values = path.length === 2 ? file.value?.params : file.value?.sweep?.params;
      if (!values || !Object.hasOwn(values, name)) continue;
      varied = true;
      context.reportKeyIn(
        file,
        path,
        `No stage uses the param \`${name}\`, so varying it changes nothing. Use it as \`\${params.${name}}\` in a stage.`,
        { severity: 'warning' },
      );
    }
  }
  return varied;
}
