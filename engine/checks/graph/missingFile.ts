import { isGlob } from '../../project/glob.ts';
import { PathIndex } from '../../project/pathIndex.ts';
import type { Rule } from '../rule.ts';

export const missingFile: Rule = {
  code: 'LW204',
  name: 'missing-file',
  severity: 'error',
  docs: 'A path names a file that does not exist and that no stage writes. Data that has not arrived yet is a warning.',
  check(context) {
    const { datasets, stages } = context.config;
    const { files } = context.project;
    for (const [name, dataset] of Object.entries(datasets ?? {})) {
      if (dataset.schema !== undefined && !files.exists(dataset.schema)) context.report(['datasets', name, 'schema'], `There is no file \`${dataset.schema}\`.`);
    }
    const written = new PathIndex();
    const exact = new Set<string>();
    for (const node of context.graph.stages.values()) {
      for (const out of node.outs) {
        written.add(out, node.name);
        exact.add(out);
      }
    }
    const absent = (path: string) => !exact.has(path) && (isGlob(path) ? files.glob(path).length === 0 : !files.exists(path));
    for (const [name, stage] of Object.entries(stages)) {
      if ('uses' in stage && stage.uses === 'prepare' && !files.exists(stage.with.sql)) context.report(['stages', name, 'with', 'sql'], `There is no file \`${stage.with.sql}\`.`);
      if ('uses' in stage && stage.uses === 'collect' && 'files' in stage.with.from) {
        for (const path of [stage.with.from.files].flat()) if (absent(path)) context.report(['stages', name, 'with', 'from', 'files'], `No file matches \`${path}\` yet.`, { severity: 'warning' });
      }
      stage.deps?.forEach((path, i) => {
        if (absent(path) && written.overlapping(path).size === 0) context.report(['stages', name, 'deps', i], isGlob(path) ? `No file matches \`${path}\`.` : `There is no file \`${path}\`, and no stage writes it.`);
      });
    }
    for (const node of context.graph.stages.values()) {
      for (const dataset of node.reads) {
        const path = datasets?.[dataset]?.path;
        if (path !== undefined && absent(path)) context.report(['datasets', dataset, 'path'], `No file matches \`${path}\` yet, and no stage writes it; \`${node.name}\` reads it.`, { severity: 'warning' });
      }
    }
  },
};
