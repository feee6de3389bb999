import type { Problem } from '../../protocol/problem.ts';
import { messageOf } from '../errors.ts';
import { buildGraph } from '../project/graph.ts';
import { shapeProblems, type Project } from '../project/loadProject.ts';
import { columnNotInSchema } from './columnNotInSchema.ts';
import { cycle } from './cycle.ts';
import { gateWithoutBound } from './gateWithoutBound.ts';
import { missingFile } from './missingFile.ts';
import { noTarget } from './noTarget.ts';
import { outputTwice } from './outputTwice.ts';
import { portClash } from './portClash.ts';
import { CheckContext, type Rule } from './rule.ts';
import { splitShares } from './splitShares.ts';
import { targetAmongFeatures } from './targetAmongFeatures.ts';
import { unknownDataset } from './unknownDataset.ts';
import { unknownDeployment } from './unknownDeployment.ts';
import { unknownMetric } from './unknownMetric.ts';
import { unknownParam } from './unknownParam.ts';
import { unknownStage } from './unknownStage.ts';
import { wrongColumnType } from './wrongColumnType.ts';

/** Every rule of meaning, by code. */
export const rules: readonly Rule[] = [
  unknownDataset, unknownStage, cycle, missingFile, unknownParam, unknownDeployment, outputTwice,
  columnNotInSchema, wrongColumnType, targetAmongFeatures, noTarget, splitShares, unknownMetric, gateWithoutBound, portClash,
];

/** All findings about a project: shape first, and meaning where the shape allows. Sorted by file and place. A rule that crashes is reported as such and stops no other. */
export function checkProject(project: Project, chosen: readonly Rule[] = rules): Problem[] {
  const problems = [...shapeProblems(project)];
  const { config } = project.resolved;
  if (config) {
    const graph = buildGraph(config, project.files);
    for (const rule of chosen) {
      try {
        rule.check(new CheckContext(project, config, graph, rule, problems));
      } catch (error) {
        problems.push({ ...project.file.parsed.lines.place(project.file.path, { start: 0, end: 1 }), code: rule.code, severity: 'warning', message: `The check ${rule.name} crashed and was skipped: ${messageOf(error)}` });
      }
    }
  }
  return problems.sort((a, b) => (a.file === b.file ? a.line - b.line || a.column - b.column : a.file < b.file ? -1 : 1));
}
