import { window } from 'vscode';
import { commandIds, taskType } from '../commandIds.ts';
import type { CommandId } from '../commandIds.ts';
import { chooseGoing, showOutput, stopGoing } from '../runs/goingRuns.ts';
import type { LoopwrightTask } from '../tasks/taskDefinition.ts';
import type { RowSubject } from '../views/row.ts';
import { stageLook } from '../views/stateIcons.ts';
import { mayRun, overviewOf, pickDeclared, projectOf } from './ask.ts';
import { choice, pick } from './pick.ts';
import type { CommandContext } from './context.ts';

type Handler = (subject?: RowSubject) => Promise<void>;

/** Everything that starts a program. All of it is refused in an untrusted workspace. */
export function runCommands(context: CommandContext): Partial<Record<CommandId, Handler>> {
  const run =
    (make: (subject: RowSubject) => Promise<Omit<LoopwrightTask, 'type'> | undefined>): Handler =>
    async (given) => {
      if (!(await mayRun())) return;
      const project = await projectOf(context, given);
      if (!project) return;
      const definition = await make({ ...given, project });
      if (definition) await context.tasks.start(project, { type: taskType, ...definition });
    };
  return {
    [commandIds.runStage]: run(async (subject) => {
      const stage = subject.stage ?? (await pickStage(subject, 'Run which stage?'));
      if (stage === undefined) return undefined;
      return { stage, experiment: subject.experiment };
    }),
    [commandIds.runAll]: run(async () => ({})),
    [commandIds.runExperiment]: run(async (subject) => {
      const experiment = subject.experiment ?? (await pickExperiment(subject));
      if (experiment === undefined) return undefined;
      return experiment === 'default' ? {} : { experiment };
    }),
    [commandIds.runLoop]: run(async () => ({ command: 'loop' })),
    [commandIds.retrain]: run(async () => ({ command: 'retrain' })),
    [commandIds.checkProject]: run(async () => ({ command: 'check' })),
    [commandIds.monitorNow]: run(async (subject) => {
      const monitor = subject.monitor ?? (await pickMonitor(subject));
      return monitor === undefined ? undefined : { command: 'monitor', monitor };
    }),
    [commandIds.startDeployment]: run(async (subject) => {
      const deployment = subject.deployment ?? (await pickDeployment(subject, 'Start which deployment?'));
      return deployment === undefined ? undefined : { command: 'serve', deployment };
    }),
    [commandIds.stopDeployment]: async (given) => {
      const project = (await mayRun()) ? await projectOf(context, given) : undefined;
      if (!project) return;
      const deployment = given?.deployment ?? (await pickDeployment({ project }, 'Stop which deployment?'));
      if (deployment === undefined) return;
      const execution = context.tasks.running(project, { type: taskType, command: 'serve', deployment });
      if (execution) return execution.terminate();
      void window.showInformationMessage(`${deployment} was not started in this window. Stop it where it was started.`);
    },
    [commandIds.stopRun]: async (given) => {
      const project = await projectOf(context, given);
      const run = project && (await chooseGoing(project, given?.runId, 'Stop which run?'));
      if (project && run) await stopGoing(project, run);
    },
    [commandIds.showOutput]: async (given) => {
      const project = await projectOf(context, given);
      const run = project && (await chooseGoing(project, given?.runId, 'Show the output of which run?'));
      if (project && run) showOutput(context.cli, project, run);
    },
    [commandIds.whyStale]: async (given) => {
      const project = (await mayRun()) ? await projectOf(context, given) : undefined;
      if (!project) return;
      const name = given?.stage ?? (await pickStage({ project }, 'Why is which stage stale?'));
      const stage = (await overviewOf(project)).stages.find((one) => one.name === name);
      if (!stage) return;
      const rerun = '$(play) Run it now';
      const reasons = stage.reasons.map((reason) => choice('', reason, '', stageLook[stage.state].icon));
      if (reasons.length === 0)
        reasons.push(choice('', `${stage.name} is ${stageLook[stage.state].word}; none of its dependencies changed.`));
      const chosen = await pick(`Why ${stage.name} is ${stageLook[stage.state].word}`, [
        ...reasons,
        choice('run', rerun),
      ]);
      if (chosen === 'run' && (await mayRun()))
        await context.tasks.start(project, { type: taskType, stage: stage.name });
    },
  };
}

async function pickStage({ project }: RowSubject, title: string): Promise<string | undefined> {
  const { stages } = await overviewOf(project);
  const choices = stages.map((stage) =>
    choice(
      stage.name,
      stage.name,
      [stageLook[stage.state].word, stage.reasons[0] ?? ''].filter(Boolean).join(': '),
      stageLook[stage.state].icon,
    ),
  );
  return pickDeclared(project, title, choices, { text: 'This project declares no stage.' });
}

async function pickExperiment({ project }: RowSubject): Promise<string | undefined> {
  const { experiments } = await overviewOf(project);
  return pickDeclared(
    project,
    'Run which experiment?',
    experiments
      .filter(({ name, file }) => name === 'default' || file !== null)
      .map((one) => choice(one.name, one.name, one.describe, 'beaker')),
    { text: 'This project has no experiment. Create a file such as experiments/wider.experiment.yaml to add one.' },
  );
}

export async function pickMonitor({ project }: RowSubject): Promise<string | undefined> {
  const { monitors } = await overviewOf(project);
  return monitors.length === 1
    ? monitors[0]?.name
    : pickDeclared(
        project,
        'Which monitor?',
        monitors.map(({ name, detail }) => choice(name, name, detail, 'pulse')),
        { text: 'This project declares no monitor.', part: 'monitor' },
      );
}

async function pickDeployment({ project }: RowSubject, title: string): Promise<string | undefined> {
  const served = (await overviewOf(project)).deployments.filter((one) => one.as === 'api');
  return served.length === 1
    ? served[0]?.name
    : pickDeclared(
        project,
        title,
        served.map((one) => choice(one.name, one.name, one.state, 'rocket')),
        { text: 'This project declares no deployment over HTTP.', part: 'deploy' },
      );
}
