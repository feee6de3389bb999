import type { Variables } from '../base/programEnvironment.ts';
import { describePython } from '../provenance/pythonEnvironment.ts';
import { pythonText, type FoundPython } from '../python/findPython.ts';
import { environmentOfRun } from '../tracking/runStages.ts';
import { keepText } from '../tracking/texts.ts';
import type { StageContext } from './stageContext.ts';

/** Records the Python of a program and its packages. The query runs beside the program, so it costs no time. */
export async function notePython(
  { project: { root }, run, store, node, signal }: StageContext,
  words: readonly string[] | null,
  python: FoundPython | null,
  env: Variables,
): Promise<void> {
  const found = words ? await describePython(words, { cwd: root, env, signal }) : null;
  if (!found) return;
  const packages = keepText(store, found.packages);
  const known = environmentOfRun(store, run.runId);
  // Stages may use different Pythons: one that differs from the first is recorded under its stage.
  const other =
    known['packages'] !== undefined && (known['packages'] !== packages || known['python'] !== found.version);
  const by = python ? `${pythonText(python, root)} (${python.why})` : undefined;
  run.environment(
    other
      ? { [`python.${node.name}`]: found.version, [`packages.${node.name}`]: packages }
      : { python: found.version, packages, ...(by === undefined ? {} : { python_found: by }) },
  );
}
