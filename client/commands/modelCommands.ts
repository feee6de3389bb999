import { commands, env, window } from 'vscode';
import type { ModelRef } from '../../protocol/models.ts';
import type { GateResult } from '../../protocol/gates.ts';
import type { RunQuery } from '../../protocol/runs.ts';
import type { DeploymentSummary, ModelVersionSummary } from '../../protocol/lifeCycle.ts';
import { commandIds, taskType } from '../commandIds.ts';
import type { CommandId } from '../commandIds.ts';
import { messageOf } from '../host/engineError.ts';
import type { Project } from '../projects/project.ts';
import type { RowSubject } from '../views/row.ts';
import { differenceText, gatesText, metricText, versionGatesText } from '../../words/metrics.ts';
import { timeText } from '../../words/times.ts';
import { shownMetricText } from '../views/shownMetric.ts';
import { addSection } from './addSection.ts';
import { mayRun, overviewOf, pickModel, projectOf } from './ask.ts';
import { choice, pick } from './pick.ts';
import { inspectCommand, serveVersionCommand, validateCommand } from './validateCommand.ts';
import type { CommandContext } from './context.ts';

type Handler = (subject?: RowSubject) => Promise<void>;

/** New versions, promotion and its way back. The last two name what changes and ask a person first. */
export function modelCommands(context: CommandContext): Partial<Record<CommandId, Handler>> {
  return {
    [commandIds.validateModel]: validateCommand(context),
    [commandIds.inspectModel]: inspectCommand(context),
    [commandIds.serveVersion]: serveVersionCommand(context),
    [commandIds.registerRun]: async (given) => {
      const project = (await mayRun()) ? await projectOf(context, given) : undefined;
      if (!project) return;
      const runId = given?.runId ?? (await pickTrial(project));
      if (runId !== undefined) await registerRun(project, runId);
    },
    [commandIds.promote]: async (given) => {
      const project = (await mayRun()) ? await projectOf(context, given) : undefined;
      if (!project) return;
      const chosen = given?.version === undefined ? await pickVersion(project) : await refOf(project, given);
      if (chosen && (await promote(project, chosen))) await offerDeployment(context, project, chosen.name);
    },
    [commandIds.deployVersion]: async (given) => {
      const project = (await mayRun()) ? await projectOf(context, given) : undefined;
      if (!project) return;
      const chosen =
        given?.version === undefined
          ? await pickVersion(project, 'Deploy which version?')
          : await refOf(project, given);
      if (chosen) await deployVersion(context, project, chosen);
    },
    [commandIds.rollBack]: async (given) => {
      const project = (await mayRun()) ? await projectOf(context, given) : undefined;
      if (!project) return;
      const name = given?.model ?? (await pickModel(project));
      if (name !== undefined) await rollBack(project, name);
    },
  };
}

async function registerRun(project: Project, runId: string): Promise<void> {
  const { registered, runName, made } = await project.engine.request('models/register', { runId });
  const words = registered.map(({ name, version }) => `v${version} of ${name}`).join(' and ');
  const [first] = registered;
  await project.refresh();
  const show = 'Show card';
  const answer = await window.showInformationMessage(
    made ? `${runName} is ${words}.` : `${runName} is ${words} already.`,
    show,
  );
  if (answer === show && first)
    await commands.executeCommand(commandIds.openModelCard, { project, model: first.name, version: first.version });
}

/** A trial of a sweep that is no version; the best of the primary metric first. */
async function pickTrial(project: Project): Promise<string | undefined> {
  const query: RunQuery = {
    filter: `tags.\`loopwright.trial\` is not null and status in ('finished', 'refused') and model is null`,
    limit: 200,
  };
  const { primary } = await project.engine.request('runs/columns', query);
  const [first] = primary;
  const { runs } = await project.engine.request('runs/list', {
    ...query,
    ...(first ? { order: [{ column: `metrics.${first.name}`, descending: first.direction === 'maximize' }] } : {}),
  });
  if (runs.length === 0) {
    void window.showInformationMessage(
      'No trial of a sweep can be registered. Other runs register a version when they validate a model.',
    );
    return undefined;
  }
  return pick(
    'Register which trial as a model version?',
    runs.map((run) =>
      choice(
        run.runId,
        run.name,
        [shownMetricText(run.metrics, primary), run.verdict ? gatesText(run.verdict) : '', timeText(run.startedAt)]
          .filter(Boolean)
          .join(' · '),
        'beaker',
      ),
    ),
  );
}

/** True when the version is the champion afterwards and was not before. */
async function promote(project: Project, { name, version }: ModelRef): Promise<boolean> {
  const { models } = await overviewOf(project);
  const champion = championOf(models, name);
  if (champion?.version === version) {
    void window.showInformationMessage(`v${version} is already the champion.`);
    return false;
  }
  const card = await project.engine.request('models/card', { name, version });
  if (!card.isValidated) {
    const validate = 'Validate…';
    const answer = await window.showInformationMessage(
      `${name} v${version} was never validated. A version is promoted after its gates passed.`,
      validate,
    );
    if (answer === validate) await commands.executeCommand(commandIds.validateModel, { project, model: name, version });
    return false;
  }
  const lines = [`${card.verdict.text}`, ...card.gates.map(gateLine)];
  lines.push(
    '',
    champion
      ? `v${champion.version} stays in the registry. "Roll back" restores it.`
      : 'It becomes the first champion.',
  );
  const passed = card.verdict.passed === card.verdict.total;
  const button = passed ? 'Promote' : 'Override the gates…';
  const answer = await window.showWarningMessage(
    `Promote ${card.model} v${version} to champion?`,
    { modal: true, detail: lines.join('\n') },
    button,
  );
  if (answer !== button) return false;
  const override = passed ? null : await askOverride(version);
  if (override === undefined) return false;
  try {
    await project.engine.request('models/promote', { name, version, ...(override !== null && { override }) });
    return true;
  } catch (error) {
    void window.showErrorMessage(`v${version} was not promoted. ${messageOf(error)}`);
    return false;
  } finally {
    await project.refresh();
  }
}

/** The reason of an override, which is kept with it; undefined when the person turned back. */
async function askOverride(version: number): Promise<string | undefined> {
  const reason = await window.showInputBox({
    title: `Why promote v${version} although not all gates passed?`,
    prompt: 'The reason and the gates are kept in the audit and shown on the card.',
    validateInput: (text) => (text.trim() === '' ? 'A reason is needed.' : undefined),
    ignoreFocusOut: true,
  });
  return reason?.trim();
}

/** After a promotion: a deployment that runs follows by itself, another is offered. */
async function offerDeployment(context: CommandContext, project: Project, name: string): Promise<void> {
  const { models, deployments } = await overviewOf(project);
  const champion = championOf(models, name);
  if (!champion) return;
  const text = `${champion.model} v${champion.version} is now the champion.`;
  const running = deployments.find(({ as, state, model }) => as === 'api' && state === 'healthy' && model === name);
  if (running) return void window.showInformationMessage(`${text} ${running.name} serves it from now on.`);
  const deploy = 'Deploy this version';
  const answer = await window.showInformationMessage(text, deploy);
  if (answer === deploy) await deployVersion(context, project, { name, version: champion.version });
}

/**
 * Promotes the version if it has to be, and starts the deployment that serves it; one is added where the project has
 * none.
 */
async function deployVersion(context: CommandContext, project: Project, chosenModel: ModelRef): Promise<void> {
  const { name: model, version } = chosenModel;
  const current = championOf((await overviewOf(project)).models, model);
  if (current?.version !== version && !(await promote(project, chosenModel))) return;
  const serves = (one: DeploymentSummary) => one.as === 'api' && one.model === model;
  const served = (await overviewOf(project)).deployments.filter(serves);
  if (served.length === 0) {
    const add = 'Add and start it';
    const answer = await window.showInformationMessage(
      'The project has no deployment. You can add an HTTP API on this machine to loopwright.yaml.',
      { modal: true },
      add,
    );
    if (answer !== add || !(await addSection(context, project, 'deploy'))) return;
    await window.activeTextEditor?.document.save();
    await project.refresh();
  }
  const [first, ...others] = (await overviewOf(project)).deployments.filter(serves);
  const name =
    others.length === 0
      ? first?.name
      : await pick(
          'Start which deployment?',
          [first, ...others].flatMap((one) => (one ? [choice(one.name, one.name, one.state, 'rocket')] : [])),
        );
  const chosen = [first, ...others].find((one) => one?.name === name);
  if (!chosen) return;
  if (chosen.state === 'healthy') {
    const copy = 'Copy address';
    const answer = await window.showInformationMessage(
      `${chosen.name} is already running and serves v${version}${chosen.url === null ? '' : ` at ${chosen.url}`}.`,
      copy,
    );
    if (answer === copy && chosen.url !== null) await env.clipboard.writeText(chosen.url);
    return;
  }
  await context.tasks.start(project, { type: taskType, command: 'serve', deployment: chosen.name });
}

async function rollBack(project: Project, name: string): Promise<void> {
  const champion = championOf((await overviewOf(project)).models, name);
  if (!champion) {
    void window.showInformationMessage('There is no champion to roll back from.');
    return;
  }
  const button = 'Roll back';
  const detail = `v${champion.version} loses the alias "champion", and the previous champion serves again. Nothing is deleted.`;
  const answer = await window.showWarningMessage(
    `Roll back ${champion.model} from v${champion.version}?`,
    { modal: true, detail },
    button,
  );
  if (answer !== button) return;
  try {
    const done = await project.engine.request('models/rollback', { name });
    void window.showInformationMessage(`${champion.model} v${done.version} is the champion again.`);
  } catch (error) {
    void window.showErrorMessage(`Nothing was rolled back. ${messageOf(error)}`);
  }
  await project.refresh();
}

export function gateLine(gate: GateResult): string {
  const bounds = [gate.min === null ? '' : `≥ ${gate.min}`, gate.max === null ? '' : `≤ ${gate.max}`]
    .filter(Boolean)
    .join(' and ');
  const value =
    gate.value === null
      ? gate.note || 'no value'
      : gate.against === undefined
        ? metricText(gate.gate, gate.value)
        : `${differenceText(gate.gate, gate.value)} over v${gate.against}`;
  const mark = gate.kind === 'undecidable' ? '? undecidable' : gate.passed ? '✓ passed' : '✗ failed';
  return `${mark}  ${gate.gate}: ${value} (${bounds})`;
}

function championOf(models: ModelVersionSummary[], name: string): ModelVersionSummary | undefined {
  return models.find((version) => version.model === name && version.isChampion);
}

/** The version that a row or a view names; its model is asked for where the project has several. */
async function refOf(project: Project, { model, version }: RowSubject): Promise<ModelRef | undefined> {
  const name = model ?? (await pickModel(project));
  return name === undefined || version === undefined ? undefined : { name, version };
}

async function pickVersion(project: Project, title = 'Promote which version?'): Promise<ModelRef | undefined> {
  const { models, primary, modelNames } = await overviewOf(project);
  if (models.length === 0) {
    void window.showInformationMessage(
      'The project has no model version. Run the stages up to validate to register one.',
    );
    return undefined;
  }
  const rows = models.map((one) =>
    choice(
      { name: one.model, version: one.version },
      `${modelNames.length > 1 ? `${one.model} ` : ''}v${one.version}`,
      [shownMetricText(one.metrics, primary), versionGatesText(one), ...one.aliases, timeText(one.createdAt)]
        .filter(Boolean)
        .join(' · '),
      'package',
    ),
  );
  return pick(title, rows);
}
