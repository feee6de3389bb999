import type { GateTest } from '../../protocol/gates.ts';
import { exitCodes } from '../../protocol/problem.ts';
import { plural } from '../../words/numbers.ts';
import { gateTests } from '../../engine/runner/gateTests.ts';
import { stageStatuses, withHashes } from '../../engine/runner/stageStatus.ts';
import type { Project } from '../../engine/project/loadProject.ts';
import type { CheckFormat } from '../checkOptions.ts';
import { placeText, type CommandContext } from '../context.ts';
import { githubLine } from '../formats/github.ts';
import { junit } from '../formats/junit.ts';
import { openLineageEvents } from '../formats/openLineage.ts';
import { gateProblem, gateRules } from '../formats/gateProblem.ts';
import { sarif } from '../formats/sarif.ts';
import { bar } from '../terminal.ts';

const marks: Record<GateTest['outcome'], string> = {
  passed: '✓',
  failed: '✗',
  undecidable: '?',
  outdated: '●',
  missing: '○',
};

/**
 * `loopwright check --gates`: what the newest run says of each declared gate. Fails unless all passed: a gate that was
 * never judged, or on other data, code or bounds, shows nothing.
 */
export async function checkGates(context: CommandContext, format: CheckFormat): Promise<number> {
  const project = context.project();
  // Refuses a project with errors.
  context.config();
  const tests = await testsOf(context, project);
  print(context, project, tests, format);
  return tests.every(({ outcome }) => outcome === 'passed') ? exitCodes.done : exitCodes.failed;
}

async function testsOf({ signal, storeIfAny, terminal }: CommandContext, project: Project): Promise<GateTest[]> {
  const store = storeIfAny();
  const progress = (text: string, share: number) => terminal.progress(`${bar(share)} ${text}`);
  const stages = await withHashes(project, store, { signal, progress }, (looked) =>
    stageStatuses(project, store, 'default', undefined, looked),
  );
  terminal.progress(null);
  return gateTests(project, store, stages);
}

function print(context: CommandContext, project: Project, tests: readonly GateTest[], format: CheckFormat): void {
  const { terminal } = context;
  const failed = tests.filter(({ outcome }) => outcome !== 'passed').map(gateProblem);
  switch (format) {
    case 'json':
      context.printJson(tests);
      break;
    case 'sarif':
      context.printJson(sarif(failed, gateRules));
      break;
    case 'github':
      for (const problem of failed) terminal.command(githubLine(problem, project.root));
      break;
    case 'junit':
      terminal.line(junit(tests, nameOf(project)));
      break;
    case 'openlineage':
      for (const event of openLineageEvents(tests, nameOf(project))) terminal.line(JSON.stringify(event));
      break;
    case 'human':
      printForPeople(context, project, tests);
  }
}

function printForPeople({ terminal }: CommandContext, { root }: Project, tests: readonly GateTest[]): void {
  let stage = '';
  for (const test of tests) {
    if (test.stage !== stage) terminal.line(terminal.style('bold', (stage = test.stage)));
    const colour = test.outcome === 'passed' ? 'green' : test.outcome === 'failed' ? 'red' : 'yellow';
    terminal.line(
      `${terminal.style(colour, `${marks[test.outcome]} ${test.outcome.padEnd(11)}`)} ${test.gate}: ${test.actual === '' ? '' : `${test.actual}, `}must be ${test.expected}`,
    );
    if (test.outcome !== 'passed') terminal.line(`  ${placeText(test.place, root)}${test.message}`);
  }
  const passed = tests.filter(({ outcome }) => outcome === 'passed').length;
  terminal.line(
    tests.length === 0
      ? 'No stage has gates. Add them under `gates:` of a validate stage.'
      : `${passed} of ${plural(tests.length, 'gate')} passed.`,
  );
}

function nameOf(project: Project): string {
  return project.resolved.config?.project ?? '';
}
