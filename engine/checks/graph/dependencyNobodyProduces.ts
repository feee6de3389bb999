import { suggestion } from '../../base/didYouMean.ts';
import { isGlob } from '../../base/glob.ts';
import { missingData, trackedAt, trackedText } from '../../project/dvc/trackedData.ts';
import { absentPaths } from '../absentPaths.ts';
import type { CheckContext, Rule } from '../rule.ts';

export const dependencyNobodyProduces: Rule = {
  code: 'LW210',
  name: 'dependency-nobody-produces',
  severity: 'error',
  whole: 'written',
  docs: 'A stage depends on a file that does not exist and that no stage writes, so it can never run. Correct the path, bring the file with `dvc pull` when DVC tracks it, create the file, or add it to the `outs` of the stage that makes it.',
  example: {
    wrong: 'make: { cmd: make model, outs: [model/] }\nship: { cmd: ship model, deps: [models/weights.bin] }',
    right: 'make: { cmd: make model, outs: [model/] }\nship: { cmd: ship model, deps: [model/weights.bin] }',
  },
  check(context) {
    const { absent, written } = absentPaths(context);
    const outs = [...context.graph.stages.values()].flatMap((node) => node.outs);
    for (const [name, stage] of Object.entries(context.config.stages)) {
      stage.deps?.forEach((path, i) => {
        const report = (message: string, severity?: 'warning') =>
          context.report(['stages', name, 'deps', i], message, { severity });
        const writers = [...written.overlapping(path)];
        if (writers.length > 0) {
          const frozen = frozenWriter(context, path, writers);
          if (frozen !== null)
            report(
              `There is no file \`${path}\`, and the stage \`${frozen}\` that writes it is frozen. \`dvc pull ${frozen}\` brings what was pushed; without \`frozen\`, the stage runs.`,
            );
          return;
        }
        if (!absent(path)) {
          for (const tracked of missingData(path, context.project.files))
            report(`There is no file \`${tracked.path}\`. ${trackedText(tracked, tracked.path)}`, 'warning');
          return;
        }
        const message = isGlob(path) ? `No file matches \`${path}\`` : `There is no file \`${path}\``;
        const tracked = trackedAt(path, context.project.files);
        report(
          tracked
            ? `${message}. ${trackedText(tracked, path)}`
            : `${message}, and no stage writes ${isGlob(path) ? 'one' : 'it'}.${suggestion(path, outs)}`,
        );
      });
    }
  },
};

/** The frozen stage of DVC that would write a missing file; null when the file exists, or a stage runs that writes it. */
function frozenWriter({ project }: CheckContext, path: string, writers: readonly string[]): string | null {
  const { dvc, files } = project;
  if (!dvc || !writers.every((stage) => dvc.frozen.has(stage))) return null;
  return isGlob(path) || files.exists(path) ? null : (writers[0] ?? null);
}
