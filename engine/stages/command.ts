import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { dvcShell, dvcVariables, recordTopLevel } from './dvcCommand.ts';
import { gatesText } from '../../words/metrics.ts';
import { WorkError } from '../base/errors.ts';
import { durationMs } from '../base/duration.ts';
import type { CmdStage } from '../project/schema/cmdStage.ts';
import { isGlob } from '../base/glob.ts';
import { pythonOf } from '../provenance/pythonEnvironment.ts';
import { pythonText, type FoundPython } from '../python/findPython.ts';
import { missingModule, missingModuleText } from '../python/missingModule.ts';
import { systemPython } from '../python/systemPython.ts';
import { runCommand } from '../base/runCommand.ts';
import { periodVariables } from '../fingerprint/period.ts';
import { inputText } from './askedForInput.ts';
import { describeGate, gateWord, judgeGate, verdictOfGates, type Measured } from '../evaluation/gates.ts';
import { isModelStage, loggedByStage } from './loggedByStage.ts';
import { notePython } from './notePython.ts';
import { recordPlots } from './recordPlots.ts';
import type { StageContext, StageOutcome } from './stageContext.ts';
import { programEnv } from './programEnv.ts';
import { tailMetrics } from './tailMetrics.ts';
import { isStoreStub, isUnknownToCmd, unknownProgram } from './unknownProgram.ts';
import { isInside, projectPath } from '../base/projectPath.ts';

/** The last lines of a failed program, which are searched for the cause. */
const lastLines = 40;

/** Runs a program of the user, streams its output, reads its metrics, and checks that it wrote its declared outputs. */
export async function command(context: StageContext, stage: CmdStage): Promise<StageOutcome> {
  const { root } = context.project;
  if (context.project.dvc?.frozen.has(context.node.name)) return frozen(context, stage);
  if (context.project.dvc) await removeOuts(root, context.project.dvc.kept, stage);
  const started = Date.now();
  context.log(`$ ${stage.cmd}`);
  const last: string[] = [];
  let open = '';
  const found = context.python();
  const tracking = await trackingFor(context, stage);
  const tail = tailMetrics(context, stage.metrics ?? [], context.project.dvc?.metrics);
  const env = {
    ...programEnv(context, { ...tracking?.env, ...tail.env }),
    ...dvcVariables(context),
    ...stage.env,
    LOOPWRIGHT_METRICS: tail.env['LOOPWRIGHT_METRICS'],
    LOOPWRIGHT_RUN_ID: context.run.runId,
    LOOPWRIGHT_STAGE: context.node.name,
    LOOPWRIGHT_SEED: String(context.seed),
    ...periodVariables(context.period),
    PYTHONUNBUFFERED: '1',
    // Python on Windows writes in a code page of the machine otherwise, and fails at letters that it does not have.
    PYTHONUTF8:
      stage.env?.['PYTHONUTF8'] ?? process.env['PYTHONUTF8'] ?? (process.platform === 'win32' ? '1' : undefined),
  };
  const words = pythonOf(stage.cmd, found);
  if (words && found) context.log(`Python: ${pythonText(found, root)} (${found.why})`);
  const python = notePython(context, words, found, env);
  const code = await runCommand({
    cmd: context.project.dvc ? dvcShell(stage.cmd) : stage.cmd,
    cwd: root,
    signal: context.signal,
    timeoutMs: stage.timeout === undefined ? undefined : durationMs(stage.timeout),
    env,
    onSpawn: (pid) => context.run.child(context.node.name, pid),
    onLine: (line, from) => {
      if (line.trim() !== '') last.push(stripVTControlCharacters(line).trim());
      if (last.length > lastLines) last.shift();
      context.log(line, from);
    },
    onOpen: (rows, from) => {
      open = rows.at(-1) ?? open;
      context.open(rows, from);
    },
    input: context.input,
  }).finally(async () => {
    tail.end();
    await Promise.all([tracking?.close(), python]);
  });
  if (code !== 0)
    throw new CommandError(
      `\`${stage.cmd}\` ended with exit code ${code}.${inputText(last, open, context.input, context.node.name) ?? advice(code, stage.cmd, last, { root, words, python: found })}`,
      code,
    );
  const missing = outsOf(stage).filter((path) =>
    isGlob(path) ? context.fingerprints.expand(path).length === 0 : !existsSync(projectPath(root, path)),
  );
  if (missing.length > 0)
    throw new WorkError(
      `\`${stage.cmd}\` succeeded but did not write ${missing.map((path) => `\`${path}\``).join(', ')}.`,
      { place: { file: context.project.file.path } },
    );
  const logged = isModelStage(context.config, context.node.name) ? loggedByStage(context, started) : [];
  const metrics = tail.final();
  recordTopLevel(context);
  recordPlots(context, started);
  const gates = Object.entries(stage.gates ?? {}).map(([gate, bound]) =>
    judgeGate(gate, bound, measured(metrics, gate)),
  );
  if (gates.length > 0) context.run.gates(context.node.name, gates);
  for (const gate of gates) context.log(`gate ${gateWord(gate)}: ${describeGate(gate)}`);
  const failed = gates.filter((gate) => !gate.passed);
  const verdict = verdictOfGates(gates);
  const shown = Object.entries(metrics)
    .slice(0, 2)
    .map(([key, value]) => `${key} ${Number(value.toPrecision(3))}`);
  return {
    summary: [...shown, ...(gates.length > 0 ? [gatesText(verdict)] : [])].join(' · ') || 'exit code 0',
    measured: shown.length + gates.length > 0,
    outs: [...outsOf(stage), ...logged],
    refused: failed.length > 0 ? `${gatesText(verdict)}: ${failed.map(describeGate).join('; ')}` : undefined,
  };
}

/** A frozen stage of DVC does not run: its outputs are here, or something must bring them. */
function frozen({ node, project }: StageContext, stage: CmdStage): StageOutcome {
  const outs = outsOf(stage);
  const missing = outs.filter((path) => !existsSync(projectPath(project.root, path)));
  if (missing.length === 0) return { summary: 'frozen', measured: false, outs };
  throw new WorkError(
    `The stage \`${node.name}\` is frozen, so it does not run, and ${missing.map((path) => `\`${path}\``).join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing. \`dvc pull ${node.name}\` brings what was pushed; without \`frozen\`, the stage runs.`,
    { place: { file: project.file.path } },
  );
}

function outsOf(stage: CmdStage): string[] {
  return [...(stage.outs ?? []), ...(stage.metrics ?? []), ...(stage.plots ?? [])];
}

/** Removes the outputs of a stage before it runs, except those that persist, as DVC does. */
async function removeOuts(root: string, kept: ReadonlySet<string>, stage: CmdStage): Promise<void> {
  for (const path of outsOf(stage)) {
    const place = projectPath(root, path);
    if (isInside(root, place) && relative(root, place) !== '' && !kept.has(path))
      await rm(place, { recursive: true, force: true });
  }
}

/** NaN meets no bound and breaks none, so it counts as no value. */
function measured(metrics: Record<string, number>, gate: string): Measured {
  const value = Object.hasOwn(metrics, gate) ? metrics[gate] : undefined;
  const several = Object.keys(metrics).filter((key) => key.endsWith(`:${gate}`));
  if (several.length > 1)
    return {
      kind: 'no_value',
      n: null,
      note: `several files hold it: name ${several.map((key) => `\`${key}\``).join(' or ')}`,
    };
  if (value === undefined)
    return { kind: 'no_value', n: null, note: `none of the files under \`metrics\` holds \`${gate}\`` };
  if (Number.isNaN(value)) return { kind: 'no_value', n: null, note: 'the value is NaN' };
  return { kind: 'value', value, interval: null, n: null };
}

/**
 * Starts an MLflow endpoint while the program runs: its first run is the run of this stage. An endpoint that the user
 * configured is kept.
 */
async function trackingFor(
  { store, run, node, experiment }: StageContext,
  stage: CmdStage,
): Promise<{ env: Record<string, string>; close: () => Promise<void> } | null> {
  const chosen =
    stage.env?.['MLFLOW_TRACKING_URI'] ??
    (process.env['LOOPWRIGHT_TRACKING_URI'] === process.env['MLFLOW_TRACKING_URI']
      ? undefined
      : process.env['MLFLOW_TRACKING_URI']);
  if (chosen !== undefined) return null;
  const { startTracking } = await import('../mlflow/trackingServer.ts');
  const server = await startTracking({ store: () => store });
  const token = server.tokenFor({ runId: run.runId, stage: node.name });
  return {
    env: {
      MLFLOW_TRACKING_URI: server.uri,
      MLFLOW_REGISTRY_URI: server.uri,
      MLFLOW_TRACKING_TOKEN: token,
      MLFLOW_EXPERIMENT_NAME: experiment,
    },
    close: server.close,
  };
}

/** A command that ended with a non-zero exit code. */
export class CommandError extends WorkError {
  override name = 'CommandError';
  readonly exitCode: number;
  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}

function advice(
  code: number,
  cmd: string,
  last: readonly string[],
  asked: { root: string; words: readonly string[] | null; python: FoundPython | null },
): string {
  const program = cmd.trim().split(/\s+/)[0] ?? '';
  const unknown = unknownProgram(last) ?? program;
  if (isStoreStub(last))
    return ` \`${unknown}\` is only the link to the Microsoft Store. Install Python from python.org or with \`winget install Python.Python.3.13\`, or make an environment: \`py -3 -m venv .venv\`.`;
  const isUnknown = code === 127 || code === 9009 || (code === 1 && isUnknownToCmd(last));
  if (isUnknown && /^(python|pip)[\d.]*$/.test(unknown))
    return ` The shell did not find \`${unknown}\`${asked.python ? `; the Python of the project is ${pythonText(asked.python, asked.root)}` : ''}. Install it, or make an environment that has it: \`${systemPython} -m venv .venv\`.`;
  if (isUnknown)
    return ` The shell did not find \`${unknown}\`. Install it, or name the environment that has it as \`python\` in loopwright.yaml.`;
  if (code === 126) return ` \`${program}\` is not executable.`;
  const module = missingModule(last);
  if (module !== null) return missingModuleText(module, asked);
  return last.length === 0 ? '' : ` Its last line: ${last.at(-1)?.slice(0, 300)}`;
}
