import { WorkError } from '../base/errors.ts';
import { projectPath } from '../base/projectPath.ts';
import { projectFileIn } from '../project/findProjects.ts';
import { loadProject } from '../project/loadProject.ts';
import type { ApprovalStage } from '../project/schema/registry.ts';

/** The rules of a project for promotions, with their defaults. */
export interface RegistryRules {
  mayOverride: boolean;
  approvals: {
    required: number;
    /** The people whose approval counts; null for anyone. */
    from: string[] | null;
    stages: ApprovalStage[];
  } | null;
}

/**
 * Reads the rules from the project file on disk, so that they hold whoever promotes. A folder without a project has none.
 * Throws WorkError when the file has errors, since its rules are not known then.
 */
export function readRegistryRules(root: string): RegistryRules {
  const file = projectFileIn(root);
  if (file === null) return { mayOverride: true, approvals: null };
  const project = loadProject(root);
  const { config } = project.resolved;
  if (config === null) {
    const [problem] = project.file.problems;
    throw new WorkError(
      `${project.file.path} has errors, so its rules for promotions cannot be read. Nothing was promoted.${problem ? ` Mend it first: ${problem.message}` : ''}`,
      { place: problem ? { file: projectPath(root, problem.file), line: problem.line, column: problem.column } : {} },
    );
  }
  const { approvals, overrides } = config.registry ?? {};
  return {
    mayOverride: overrides !== 'forbid',
    approvals: approvals
      ? {
          required: approvals.required,
          from: approvals.from ?? null,
          stages: approvals.stages ?? ['production'],
        }
      : null,
  };
}
