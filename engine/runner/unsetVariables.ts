import { ProjectError } from '../base/errors.ts';
import { envIn } from '../project/interpolate.ts';
import type { Project } from '../project/loadProject.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';

/**
 * Throws ProjectError, with the places, when one of these stages needs an environment variable that is not set. Without
 * it, the shell would reject `${env.X}` with an error that does not name the cause. Stages that do not run may need
 * variables that only another machine has.
 */
export function checkVariables(project: Project, config: ProjectConfig, stages: readonly string[]): void {
  const unset = new Map<string, string>();
  for (const stage of stages)
    for (const name of envIn(JSON.stringify(config.stages[stage] ?? null)))
      if (!unset.has(name)) unset.set(name, stage);
  if (project.dvc || unset.size === 0) return;
  const problems = project.file.problems.filter(({ variable }) => variable !== undefined && unset.has(variable));
  const first = [...unset]
    .map(([name, stage]) => `\`${stage}\` needs the environment variable \`${name}\`, which is not set`)
    .join('; ');
  throw new ProjectError(
    `${first}. Set it in the shell, in a file that \`env_file\` names, or give a default: \`\${env.${[...unset.keys()][0]}:-value}\`.`,
    problems.map((problem) => ({ ...problem, severity: 'error' })),
  );
}
