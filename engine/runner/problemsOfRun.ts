import type { Problem } from '../../protocol/problem.ts';
import { ProjectError } from '../base/errors.ts';
import { closure, type Graph } from '../project/graph.ts';
import { entryOf } from '../project/located.ts';
import type { Project } from '../project/loadProject.ts';

/**
 * Throws a ProjectError when a problem in the files stops a run; the error names the stages that can still run. Without
 * `stages`, all of them are checked.
 */
export function refuseProblems(
  project: Project,
  found: readonly Problem[],
  graph: Graph,
  { experiment, stages }: { experiment: string; stages: readonly string[] | undefined },
): void {
  // The stage that needs a variable reports that it is not set.
  const problems = found.filter(({ code }) => code !== 'LW208');
  // A stage behind a cycle has no order, so it cannot run after anything.
  const whole = !stages || stages.some((name) => !graph.order.includes(name));
  const stopping = problemsOfRun(project, problems, graph, {
    experiment,
    stages: whole ? [...graph.stages.keys()] : closure(graph, stages),
  });
  if (stopping.length === 0) return;
  const runnable = runnableStages(project, problems, graph, experiment);
  const others = runnable.length === 0 ? '' : ` Stages that can be run by name: ${runnable.join(', ')}.`;
  throw new ProjectError(
    `${whole ? 'The project' : 'What is to run'} has ${stopping.length} ${stopping.length === 1 ? 'problem' : 'problems'}.${others}`,
    stopping,
  );
}

/**
 * The errors that concern a run of these stages. Errors in other experiments, in schemas that no stage of the run reads
 * and in other stages do not stop it.
 */
function problemsOfRun(
  project: Project,
  problems: readonly Problem[],
  graph: Graph,
  run: { experiment: string; stages: readonly string[] },
): Problem[] {
  const nodes = run.stages.flatMap((name) => graph.stages.get(name) ?? []);
  const files = new Set(nodes.flatMap(({ deps }) => deps));
  const datasets = new Set(nodes.flatMap(({ reads, writes }) => (writes === null ? reads : [...reads, writes])));
  const own = project.experiments.get(run.experiment)?.path;
  return problems.filter((problem) => {
    if (problem.severity !== 'error') return false;
    if (problem.file !== project.file.path)
      return problem.file === own || files.has(problem.file) || isConfigOfItsOwn(project, problem.file);
    const [stage, dataset] = [entryAt(project, 'stages', problem), entryAt(project, 'datasets', problem)];
    if (stage !== null) return run.stages.includes(stage);
    return dataset === null || datasets.has(dataset);
  });
}

/** The stages that can run together with everything they depend on. */
function runnableStages(project: Project, problems: readonly Problem[], graph: Graph, experiment: string): string[] {
  return graph.order.filter(
    (name) => problemsOfRun(project, problems, graph, { experiment, stages: closure(graph, [name]) }).length === 0,
  );
}

/** Files that are neither an experiment nor a schema, such as a second file of the project, concern every run. */
function isConfigOfItsOwn(project: Project, file: string): boolean {
  return /(^|\/)(loopwright|dvc|params)\.ya?ml$/.test(file) && file !== project.file.path;
}

function entryAt(project: Project, section: string, { line, column }: Problem): string | null {
  const at = project.file.parsed.lines.offset(line, column);
  const found = entryOf(project.file.parsed.root ?? undefined, section)?.value;
  if (found?.kind !== 'map') return null;
  return (
    found.entries.find(({ keyRange, value }) => at >= keyRange.start && at <= Math.max(keyRange.end, value.range.end))
      ?.key ?? null
  );
}
