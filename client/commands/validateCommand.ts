import { isAbsolute, relative } from 'node:path';
import { commands, env, ProgressLocation, window } from 'vscode';
import type { ModelVersionSummary } from '../../protocol/lifeCycle.ts';
import type { InspectedModel } from '../../protocol/modelFacts.ts';
import { versionGatesText } from '../../words/metrics.ts';
import { commandIds, taskType } from '../commandIds.ts';
import { awaitPythonExtension, pythonVariables } from '../projects/pythonChoice.ts';
import { terminalIn } from '../projects/terminalIn.ts';
import type { Project } from '../projects/project.ts';
import type { LoopwrightTask } from '../tasks/taskDefinition.ts';
import type { RowSubject } from '../views/row.ts';
import { mayRun, overviewOf, projectOf, titleIn } from './ask.ts';
import type { CommandContext } from './context.ts';
import { modelProblem } from './modelProblem.ts';
import { choice, pick } from './pick.ts';

type Handler = (subject?: RowSubject) => Promise<void>;

/** Validates any model: of a version, a run, a file. One without a version becomes the next version. */
export function validateCommand(context: CommandContext): Handler {
  return async (given) => {
    const project = (await mayRun()) ? await projectOf(context, given) : undefined;
    const address = project && (await modelAddress(project, given, 'Validate which model?'));
    if (project && address !== undefined) await validate(context, project, address);
  };
}

/** Shows what a model is. */
export function inspectCommand(context: CommandContext): Handler {
  return async (given) => {
    const project = (await mayRun()) ? await projectOf(context, given) : undefined;
    const address = project && (await modelAddress(project, given, 'Inspect which model?'));
    if (!project || address === undefined) return;
    context.panels.show('modelCard', project, { name: null, version: null, address });
  };
}

/** Serves one version on this machine until the task ends. */
export function serveVersionCommand(context: CommandContext): Handler {
  return async (given) => {
    const project = (await mayRun()) ? await projectOf(context, given) : undefined;
    if (!project) return;
    const version = await servedVersion(project, given);
    if (!version) return;
    const name = `${version.model}@${version.version}`;
    if (!version.isValidated) {
      const validateIt = 'Validate…';
      const answer = await window.showInformationMessage(
        `${version.model} v${version.version} was never validated, so its inputs and classes are not known. Validate it first.`,
        validateIt,
      );
      if (answer === validateIt) await validate(context, project, name);
      return;
    }
    await context.tasks.start(project, { type: taskType, command: 'serve', model: name });
    const url = await urlOf(project, name);
    if (url === null) return;
    const copy = 'Copy address';
    const answer = await window.showInformationMessage(
      `${version.model} v${version.version} answers at ${url}/predict. Its predictions are not logged.`,
      copy,
    );
    if (answer === copy) await env.clipboard.writeText(url);
  };
}

/** The address of a temporary deployment once it is healthy; null when it does not come up in time. */
async function urlOf(project: Project, name: string): Promise<string | null> {
  const urlNow = (): string | null =>
    project.overview?.deployments.find((one) => one.name === name && one.state === 'healthy')?.url ?? null;
  const already = urlNow();
  if (already !== null) return already;
  return new Promise((resolve) => {
    const end = (url: string | null): void => {
      watch.dispose();
      clearTimeout(timer);
      resolve(url);
    };
    const watch = project.onChange(() => urlNow() !== null && end(urlNow()));
    const timer = setTimeout(() => end(urlNow()), longestStart);
  });
}

const longestStart = 60_000;

async function servedVersion(project: Project, given?: RowSubject): Promise<ModelVersionSummary | undefined> {
  const { models, modelNames } = await overviewOf(project);
  if (given?.version !== undefined) {
    const name = given.model ?? modelNames[0];
    return models.find((one) => one.model === name && one.version === given.version);
  }
  if (models.length === 0) {
    void window.showInformationMessage('The project has no model version to serve. Validate a model first.');
    return undefined;
  }
  return pick(
    titleIn(project, 'Serve which version?'),
    models.map((one) => choice(one, `${one.model} v${one.version}`, versionState(one), 'package')),
  );
}

const versionState = (one: ModelVersionSummary): string =>
  [one.flavour ?? '', ...one.aliases, one.isValidated ? versionGatesText(one) : 'not validated']
    .filter(Boolean)
    .join(' · ');

/** How the engine is told which model: from what a command was called on, else asked for. */
async function modelAddress(
  project: Project,
  given: RowSubject | undefined,
  title: string,
): Promise<string | undefined> {
  if (given?.address !== undefined) return given.address;
  if (given?.version !== undefined) {
    const name = given.model ?? (await overviewOf(project)).modelNames[0] ?? project.name;
    return `${name}@${given.version}`;
  }
  if (given?.file !== undefined) return addressOfFile(project.root, given.file);
  if (given?.runId !== undefined) return modelOfRun(project, given.runId);
  return pickModelAddress(project, title);
}

/** A model of MLflow is its folder. */
export function addressOfFile(root: string, file: string): string {
  const inside = relative(root, file);
  const path = (inside.startsWith('..') || isAbsolute(inside) ? file : inside).replace(/(?:^|[\\/])MLmodel$/, '');
  return path === '' ? '.' : path.replaceAll('\\', '/');
}

async function modelOfRun(project: Project, runId: string): Promise<string | undefined> {
  const models = await project.engine.request('models/ofRun', { runId });
  const [only, ...others] = models;
  if (only && others.length === 0) return only.address;
  if (!only) {
    void window.showInformationMessage(
      'This run made no model. A program makes one by logging it to MLflow, or by writing it to an output of its stage.',
    );
    return undefined;
  }
  return pick(
    'Which model of the run?',
    models.map((one) =>
      choice(
        one.address,
        one.name,
        [
          one.flavour,
          one.algorithm ?? '',
          one.registered ? `${one.registered.name} v${one.registered.version}` : 'not registered',
        ]
          .filter(Boolean)
          .join(' · '),
        'package',
      ),
    ),
  );
}

/** Versions, those that were never validated first; then a file. */
async function pickModelAddress(project: Project, title: string): Promise<string | undefined> {
  const { models } = await overviewOf(project);
  const versions = models
    .toSorted((a, b) => Number(a.isValidated) - Number(b.isValidated))
    .map((one) => choice(`${one.model}@${one.version}`, `${one.model} v${one.version}`, versionState(one), 'package'));
  const file = choice('', 'A model file…', '.joblib, .pkl, .skops, .onnx, .ubj, .cbm or MLmodel', 'file');
  const chosen = await pick(titleIn(project, title), [...versions, file]);
  if (chosen !== '') return chosen;
  const [picked] = (await window.showOpenDialog({ canSelectMany: false, title, openLabel: 'Use this model' })) ?? [];
  return picked && addressOfFile(project.root, picked.fsPath);
}

/** Looks at the model, asks for the name and the dataset where there are several, and runs the validation as a task. */
async function validate(context: CommandContext, project: Project, address: string): Promise<void> {
  await awaitPythonExtension();
  const inspected = await window.withProgress({ location: ProgressLocation.Window, title: 'Reading the model' }, () =>
    project.engine.request('models/inspect', { address, open: false, python: pythonVariables(project.root) }),
  );
  if (!(await isReady(project, inspected))) return;
  const model = inspected.ref ? undefined : await newName(project, inspected);
  if (!inspected.ref && model === undefined) return;
  const data = await pickDataset(project, inspected);
  if (data === undefined) return;
  const task: LoopwrightTask = { type: taskType, command: 'validate', path: address, data };
  if (model !== undefined) task.model = model;
  const before = newestOf(await overviewOf(project), inspected.ref?.name ?? model ?? '');
  const exitCode = await window.withProgress(
    { location: ProgressLocation.Notification, title: `Validating ${address} on ${data}`, cancellable: true },
    (_, token) => {
      token.onCancellationRequested(() => context.tasks.running(project, task)?.terminate());
      return context.tasks.finish(project, task);
    },
  );
  await project.refresh();
  const version = inspected.ref?.version ?? newestOf(await overviewOf(project), model ?? '');
  if (exitCode !== undefined && (inspected.ref || version > before))
    await tellValidated(project, { name: inspected.ref?.name ?? model ?? '', version });
}

function newestOf({ models }: { models: ModelVersionSummary[] }, name: string): number {
  return Math.max(0, ...models.filter(({ model }) => model === name).map(({ version }) => version));
}

/** Reports the result of the validation, with the next step. The task reports a validation that failed. */
async function tellValidated(project: Project, { name, version }: { name: string; version: number }): Promise<void> {
  const found = project.overview?.models.find((one) => one.model === name && one.version === version);
  if (!found?.isValidated) return;
  const passed = found.gatesPassed === found.gatesTotal;
  const [card, promote] = ['Show card', 'Promote…'];
  const text = `${name} v${version} is validated: ${versionGatesText(found)}.`;
  const canPromote = passed && !found.isChampion;
  const answer = await window.showInformationMessage(text, card, ...(canPromote ? [promote] : []));
  const subject = { project, model: name, version };
  if (answer === card) await commands.executeCommand(commandIds.openModelCard, subject);
  if (answer === promote) await commands.executeCommand(commandIds.promote, subject);
}

/** False when the model cannot be scored here; the reason is told, with a way out. */
async function isReady(project: Project, inspected: InspectedModel): Promise<boolean> {
  const problem = modelProblem(inspected);
  if (!problem) return true;
  const [run, copy] = ['Run in terminal', 'Copy command'];
  const answer = await window.showErrorMessage(problem.message, ...(problem.command === null ? [] : [run, copy]));
  if (problem.command !== null && answer === run) terminalIn(project.root, problem.command);
  if (problem.command !== null && answer === copy) await env.clipboard.writeText(problem.command);
  return false;
}

async function newName(project: Project, { validation: { names } }: InspectedModel): Promise<string | undefined> {
  return names.length === 1
    ? names[0]
    : pick(
        titleIn(project, 'Register it as a version of which model?'),
        names.map((name) => choice(name, name, '', 'package')),
      );
}

/** The dataset with the test rows, that of the usual validation first. */
async function pickDataset(
  project: Project,
  { validation: { usual, datasets } }: InspectedModel,
): Promise<string | undefined> {
  const [only, ...others] = datasets;
  if (only === undefined) {
    const open = 'Open loopwright.yaml';
    const answer = await window.showErrorMessage(
      'The project declares no dataset. Declare one under "datasets:" with the rows to validate on.',
      open,
    );
    if (answer === open) await commands.executeCommand(commandIds.openFile, { project });
    return undefined;
  }
  if (others.length === 0) return only;
  const sorted = datasets.toSorted((a, b) => Number(b === usual) - Number(a === usual));
  return pick(
    titleIn(project, 'Validate on which dataset?'),
    sorted.map((name) => choice(name, name, name === usual ? 'used by its validate stage' : '', 'table')),
  );
}
