import { resolve } from 'node:path';
import { Command, CommanderError, Option } from 'commander';
import { exitCodes } from '../protocol/problem.ts';
import manifest from '../package.json' with { type: 'json' };
import { attach } from './commands/attach.ts';
import { blameCommand, type BlameOptions } from './commands/blame.ts';
import { check, readFormat, readSeverity, type CheckOptions } from './commands/check.ts';
import { doctor } from './commands/doctor.ts';
import { drift, type DriftOptions } from './commands/drift.ts';
import { exportRunsTo, type ExportRunsOptions } from './commands/exportRuns.ts';
import { importRuns, type ImportRunsOptions } from './commands/importRuns.ts';
import { init, type InitOptions } from './commands/init.ts';
import { loop, type LoopOptions } from './commands/loop.ts';
import {
  modelCard,
  models,
  promoteModel,
  registerModel,
  rollbackModel,
  type ModelCardOptions,
} from './commands/models.ts';
import { monitor, type MonitorOptions } from './commands/monitor.ts';
import { predict, type PredictOptions } from './commands/predict.ts';
import { reproduceCommand, type ReproduceOptions } from './commands/reproduce.ts';
import { retrain, type RetrainOptions } from './commands/retrain.ts';
import { runCommand, trialCommand, type RunOptions } from './commands/run.ts';
import { runs, type RunsOptions } from './commands/runs.ts';
import { serve, type ServeOptions } from './commands/serve.ts';
import { recover, type RecoverOptions } from './commands/recover.ts';
import { stop, type StopOptions } from './commands/stop.ts';
import { track, type TrackOptions } from './commands/track.ts';
import { status } from './commands/status.ts';
import { registerDataCommands } from './dataCommands.ts';
import { registerLabelCommands } from './labelCommands.ts';
import { findRoot, runWithContext, type CommandContext, type GlobalOptions } from './context.ts';

const program = new Command('loopwright')
  .description(
    'The whole life of a machine-learning model: collect, prepare, train, validate, deploy, monitor, retrain.',
  )
  .version(manifest.version)
  .showSuggestionAfterError()
  .showHelpAfterError('(`loopwright help COMMAND` tells more)')
  .addHelpText(
    'after',
    '\nExit codes: 0 done, 1 the work failed or a gate or check did not pass, 2 wrong use or bad project, 130 cancelled.',
  )
  .exitOverride();

/** A command with the options that all have. */
function command(name: string, description: string, parent: Command = program): Command {
  return parent
    .command(name)
    .description(description)
    .option('--project <dir>', 'folder of loopwright.yaml (default: here or above)')
    .option('--json', 'print one JSON document');
}

/** Runs the work with what commander read and leaves its exit code behind. */
function action<O extends object>(work: (context: CommandContext, args: string[], options: O) => Promise<number>) {
  return async (...received: unknown[]): Promise<void> => {
    const self = received.at(-1) as Command;
    process.exitCode = await runWithContext(self.optsWithGlobals<GlobalOptions>(), (context) =>
      work(context, self.args, self.opts<O>()),
    );
  };
}

const collectList = (value: string, list: string[] = []) => [...list, value];

command('init [dir]', 'write a first project, from what lies in the folder')
  .option('--data <file>', 'make it for this table')
  .option('--target <column>', 'the column to predict (default: the likeliest)')
  .option('--task <task>', 'binary, multiclass or regression (default: what the column looks like)')
  .option('--script <file>', 'make it for this Python program')
  .option('--import <path>', 'make it for the runs of an mlruns folder or an mlflow.db')
  .option('--example [name]', 'copy an example and make its data (default: fraud)')
  .option('--yes', 'ask nothing')
  .option('--dry-run', 'print what would be written, and write nothing')
  .action(action<InitOptions>((context, [dir], options) => init(context, dir, options)));
command('check', 'check the files of the project, and its data against them')
  .addOption(new Option('--format <format>', 'human, json, sarif or github').argParser(readFormat))
  .option('--no-data', 'look at the files alone')
  .addOption(
    new Option('--severity <code=choice>', 'error, warning, info or off for a check; may be repeated').argParser(
      readSeverity,
    ),
  )
  .action(action<CheckOptions>((context, _, options) => check(context, options)));
command('run [stages...]', 'bring stages and what they depend on up to date')
  .option('--experiment <name>', 'run a variation of the project')
  .option('--param <name=value>', 'set a param for this run; may be repeated', collectList)
  .option('--force', 'run the named stages even when fresh')
  .action(action<RunOptions>((context, stages, options) => runCommand(context, stages, options)));
// Not for people: a sweep starts its trials with it.
program
  .command('trial', { hidden: true })
  .option('--project <dir>')
  .action(action((context) => trialCommand(context)));
command('stop [run]', 'stop what runs, whichever window or terminal started it')
  .option('--all', 'stop everything that runs')
  .action(action<StopOptions>((context, [run], options) => stop(context, run, options)));
command('attach [run]', 'show what a run prints that another window or terminal started').action(
  action((context, [run]) => attach(context, run)),
);
command('status', 'show where the model is in its life and why stages are stale').action(
  action((context) => status(context)),
);
command('runs [run]', 'list the runs, or show one')
  .option('--experiment <name>', 'only runs of this experiment')
  .option('--search <words>', 'only runs with these words in name, params or tags')
  .option('--filter <expression>', 'only runs that meet it, such as "metrics.roc_auc > 0.9 and params.lr < 0.01"')
  .option('--sort <column>', 'metrics.NAME, params.NAME, duration, …; a minus in front turns it round')
  .option('--which <which>', 'active (default), archived, deleted or all')
  .option('--limit <n>', 'how many (default: 20)')
  .option('--export <file>', 'write all that match to a .csv or .parquet file')
  .option('--importance <metric>', 'tell which params move a metric over the runs that match')
  .action(action<RunsOptions>((context, [run], options) => runs(context, run, options)));
command('reproduce <run>', 'run a run again with its code, data and params, and tell which metrics match')
  .option('--tolerance <n>', 'how far a metric may be off, absolute or in proportion (default: 1e-9)')
  .option('--keep', 'leave the work tree to be looked at')
  .action(action<ReproduceOptions>((context, [run = ''], options) => reproduceCommand(context, run, options)));
command('blame <a> <b>', 'tell what differs between two runs, what most likely moved a metric first')
  .option('--metric <name>', 'the metric in question (default: that of the first gate)')
  .action(action<BlameOptions>((context, [a = '', b = ''], options) => blameCommand(context, a, b, options)));
const modelsCommand = command('models', 'list the model versions').action(action((context) => models(context)));
modelsCommand
  .command('promote <version>')
  .description('make a version the champion, through its gates; MODEL@VERSION where the project has several models')
  .action(action((context, [version = '']) => promoteModel(context, version)));
modelsCommand
  .command('register <run>')
  .description('make the model that a run validated a version, such as a trial of a sweep')
  .action(action((context, [run = '']) => registerModel(context, run)));
modelsCommand
  .command('rollback [model]')
  .description('give the place back to the champion before')
  .action(action((context, [model]) => rollbackModel(context, model)));
modelsCommand
  .command('card [version]')
  .description('print the model card as JSON, or write it as a page')
  .option('--html <file>', 'write a page that opens anywhere')
  .action(action<ModelCardOptions>((context, [version], options) => modelCard(context, version, options)));
command('predict', 'score files with a model version')
  .option('--input <file>', 'file or glob with the rows')
  .option('--output <file>', 'Parquet file to write')
  .option('--deployment <name>', 'a batch deployment')
  .option('--model-version <n>', 'version to use, as N or MODEL@N (default: the champion)')
  .option('--sql <file>', 'SQL over the table `rows` that makes what the model reads')
  .action(action<PredictOptions>((context, _, options) => predict(context, options)));
command('recover', 'save what can be read of a damaged store')
  .option('--dry-run', 'only tell what could be saved')
  .action(action<RecoverOptions>((context, _args, options) => recover(context, options)));
command('track', 'take runs of MLflow programs into the project, until stopped')
  .option('--port <n>', 'the port on 127.0.0.1 (default: 0, a free one)')
  .action(action<TrackOptions>((context, _args, options) => track(context, options)));
command('import <path>', 'take runs of MLflow or TensorBoard into the project')
  .option('--kind <kind>', 'mlruns, mlflow.db or tensorboard (default: what lies there)')
  .option('--dry-run', 'tell what would be added, and add nothing')
  .addHelpText(
    'after',
    '\nPATH is an mlruns folder, an mlflow.db, a TensorBoard log folder, a folder that holds one of them, or the address of an MLflow server.\nImporting again adds what is new.',
  )
  .action(action<ImportRunsOptions>((context, [path = ''], options) => importRuns(context, path, options)));
command('export', 'write runs and models into an MLflow file store or send them to an MLflow server')
  .option('--to <place>', 'mlruns:FOLDER, or the address of a server')
  .option('--filter <expression>', 'only runs that are so, and their models, such as "metrics.loss < 0.1"')
  .option('--experiment <name>', 'only runs of this experiment')
  .addHelpText(
    'after',
    '\nA server is asked with MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD. Exporting again adds what is new.',
  )
  .action(action<ExportRunsOptions>((context, _args, options) => exportRunsTo(context, options)));
command('serve [deployment]', 'serve an api deployment until stopped')
  .option('--port <n>', 'another port; 0 takes a free one')
  .action(action<ServeOptions>((context, [name], options) => serve(context, name, options)));
command('monitor [name]', 'judge the windows of a monitor')
  .option('--now <time>', 'judge as if it were this time')
  .action(action<MonitorOptions>((context, [name], options) => monitor(context, name, options)));
command('drift [monitor]', 'print what the windows of a monitor show as JSON, or write it as a page')
  .option('--html <file>', 'write a page that opens anywhere')
  .action(action<DriftOptions>((context, [name], options) => drift(context, name, options)));
command('retrain', 'train a challenger and put it before the gates')
  .option('--if-due', 'only when the policy says so')
  .option('--now <time>', 'as if it were this time')
  .action(action<RetrainOptions>((context, _, options) => retrain(context, options)));
command('loop', 'train, deploy, watch and retrain')
  .option('--monitor <name>', 'the monitor of the deployment to work on, where monitors watch several models')
  .option('--replay <files>', 'play recorded rows through the deployment')
  .option('--sql <file>', 'SQL over the table `rows` that makes what the model reads')
  .option('--from <time>', 'first row to play')
  .option('--to <time>', 'play rows before this time')
  .option('--port <n>', 'another port for the api')
  .option('--verbose', 'print the logs of the stages')
  .action(action<LoopOptions>((context, _, options) => loop(context, options)));
const dataCommand = program.command('data').description('collect, check, profile, compare and label data');
registerDataCommands((name, description) => command(name, description, dataCommand), action);
registerLabelCommands((name, description) => command(name, description, dataCommand), action);
command('doctor', 'tell what works on this machine').action(action((context) => doctor(context)));
program
  .command('service', { hidden: true })
  .option('--project <dir>')
  .option('--folder <dir>', 'a folder that need not be a project')
  .action(async (options: GlobalOptions & { folder?: string }) => {
    const { runEngineHost } = await import('../engineHost/engineHost.ts');
    process.exitCode = await runEngineHost(
      options.folder === undefined ? findRoot(options.project) : resolve(options.folder),
    );
  });

async function main(): Promise<void> {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 22 || (major === 22 && minor < 14)) {
    console.error(
      `error: Loopwright needs Node 22.14 or newer; this is ${process.version}. In the project, \`npx loopwright\` finds the right one.`,
    );
    process.exitCode = exitCodes.wrongUse;
    return;
  }
  try {
    await program.parseAsync();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? exitCodes.done : exitCodes.wrongUse;
  }
}

// A closed pipe (`loopwright runs | head`) is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(exitCodes.done);
});
void main();
