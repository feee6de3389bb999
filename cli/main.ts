import { resolve } from 'node:path';
import { Command, CommanderError, Option } from 'commander';
import { exitCodes } from '../protocol/problem.ts';
import manifest from '../package.json' with { type: 'json' };
import { readFormat, readSeverity } from './checkOptions.ts';
import type { BlameOptions } from './commands/blame.ts';
import type { CheckOptions } from './commands/check.ts';
import type { CollectOptions } from './commands/collect.ts';
import type { DriftOptions } from './commands/drift.ts';
import type { ExportRunsOptions } from './commands/exportRuns.ts';
import type { ImportRunsOptions } from './commands/importRuns.ts';
import type { InitOptions } from './commands/initStart.ts';
import type { LoopOptions } from './commands/loop.ts';
import type { MonitorOptions } from './commands/monitor.ts';
import type { PredictOptions } from './commands/predict.ts';
import type { ReproduceOptions } from './commands/reproduce.ts';
import type { RetrainOptions } from './commands/retrain.ts';
import type { RunOptions } from './commands/run.ts';
import type { RunsOptions } from './commands/runs.ts';
import type { ServeOptions } from './commands/serve.ts';
import type { RecoverOptions } from './commands/recover.ts';
import type { StopOptions } from './commands/stop.ts';
import type { TrackOptions } from './commands/track.ts';
import type { ValidateOptions } from './commands/validate.ts';
import { registerModelCommands } from './modelCommands.ts';
import { safeText, withoutCommands } from './safeText.ts';
import { findRoot, runWithContext, type CommandContext, type GlobalOptions } from './context.ts';

// Each command loads its own code: all of it takes longer to start than most commands take to work.
const program = new Command('loopwright')
  .description(
    'The whole life of a machine-learning model: collect, prepare, train, validate, deploy, monitor, retrain.',
  )
  .version(manifest.version)
  .showSuggestionAfterError()
  // An argument may come from a list of names.
  .configureOutput({ outputError: (text, write) => write(withoutCommands(safeText(text))) })
  .showHelpAfterError('(run `loopwright help COMMAND` for details)')
  .addHelpText(
    'after',
    '\nExit codes: 0 done, 1 the work failed or a gate or check did not pass, 2 wrong use or invalid project, 130 cancelled.',
  )
  .exitOverride();

/** A command with the options that every command has. */
function command(name: string, description: string, parent: Command = program): Command {
  return parent
    .command(name)
    .description(description)
    .option('--project <dir>', 'folder of loopwright.yaml (default: this folder or the nearest above)')
    .option('--json', 'print one JSON document');
}

/** Runs the work with the arguments that commander read and sets the exit code of the process. */
function action<O extends object>(work: (context: CommandContext, args: string[], options: O) => Promise<number>) {
  return async (...received: unknown[]): Promise<void> => {
    const self = received.at(-1) as Command;
    process.exitCode = await runWithContext(self.optsWithGlobals<GlobalOptions>(), (context) =>
      work(context, self.args, self.opts<O>()),
    );
  };
}

const collectList = (value: string, list: string[] = []) => [...list, value];

command('init [dir]', 'create a project from the files in a folder')
  .option('--data <file>', 'create it for this table, database or log')
  .option('--table <name>', 'the table of the database (default: the most likely one)')
  .option('--target <column>', 'the column to predict (default: the most likely one)')
  .option('--task <task>', 'binary, multiclass or regression (default: inferred from the column)')
  .option('--script <file>', 'create it for this Python program')
  .option('--import <path>', 'create it for the runs of an mlruns folder or an mlflow.db')
  .option('--example [name]', 'copy an example and generate its data (default: fraud)')
  .option('--yes', 'do not ask questions')
  .option('--dry-run', 'print the files without writing them')
  .action(
    action<InitOptions>(async (context, [dir], options) =>
      (await import('./commands/init.ts')).init(context, dir, options),
    ),
  );
command('check', 'check the project files and the data against its schemas, or the gates of the newest runs')
  .option('--gates', 'say how each declared gate went in its newest run, and fail unless all passed')
  .addOption(
    new Option('--format <format>', 'human, json, sarif or github; with --gates also junit or openlineage').argParser(
      readFormat,
    ),
  )
  .option('--no-data', 'check only the files')
  .addOption(
    new Option('--severity <code=choice>', 'set a check to error, warning, info or off; repeatable').argParser(
      readSeverity,
    ),
  )
  .action(
    action<CheckOptions>(async (context, _, options) => (await import('./commands/check.ts')).check(context, options)),
  );
command('run [stages...]', 'bring stages and their dependencies up to date')
  .option('--experiment <name>', 'run this experiment of the project')
  .option('--param <name=value>', 'set a param for this run; repeatable', collectList)
  .option('--force', 'run the named stages even if they are fresh')
  .action(
    action<RunOptions>(async (context, stages, options) =>
      (await import('./commands/run.ts')).runCommand(context, stages, options),
    ),
  );
command('collect [stage]', 'take events over HTTP until stopped')
  .option('--listen', 'listen for the events of the stage, or of all stages that receive events')
  .option('--port <n>', 'port to use instead; 0 picks a free one')
  .option('--host <address>', 'address to listen on instead of 127.0.0.1; others need a token')
  .option('--token-env <name>', 'environment variable with the token that clients must send')
  .action(
    action<CollectOptions>(async (context, [stage], options) =>
      (await import('./commands/collect.ts')).collectCommand(context, stage, options),
    ),
  );
// Internal: a sweep starts its trials with it.
program
  .command('trial', { hidden: true })
  .option('--project <dir>')
  .action(action(async (context) => (await import('./commands/run.ts')).trialCommand(context)));
command('stop [run]', 'stop a run, even if another window or terminal started it')
  .option('--all', 'stop all runs')
  .action(
    action<StopOptions>(async (context, [run], options) =>
      (await import('./commands/stop.ts')).stop(context, run, options),
    ),
  );
command('attach [run]', 'follow the output of a run that another window or terminal started').action(
  action(async (context, [run]) => (await import('./commands/attach.ts')).attach(context, run)),
);
command('status', 'show the state of the model and why stages are stale').action(
  action(async (context) => (await import('./commands/status.ts')).status(context)),
);
command('runs [run]', 'list runs, or show one')
  .option('--experiment <name>', 'only runs of this experiment')
  .option('--search <words>', 'only runs with these words in their name, params or tags')
  .option('--filter <expression>', 'only runs that match, such as "metrics.roc_auc > 0.9 and params.lr < 0.01"')
  .option('--sort <column>', 'sort by metrics.NAME, params.NAME, duration, …; a leading minus reverses the order')
  .option('--which <which>', 'active (default), archived, deleted or all')
  .option('--limit <n>', 'maximum number of runs (default: 20)')
  .option('--export <file>', 'write all matching runs to a .csv or .parquet file')
  .option('--importance <metric>', 'rank the params by their effect on a metric in the matching runs')
  .action(
    action<RunsOptions>(async (context, [run], options) =>
      (await import('./commands/runs.ts')).runs(context, run, options),
    ),
  );
command('reproduce <run>', 'repeat a run with its code, data and params, and compare the metrics')
  .option('--tolerance <n>', 'largest absolute or relative difference of a metric (default: 1e-9)')
  .option('--keep', 'keep the worktree for inspection')
  .action(
    action<ReproduceOptions>(async (context, [run = ''], options) =>
      (await import('./commands/reproduce.ts')).reproduceCommand(context, run, options),
    ),
  );
command('blame <a> <b>', 'list the differences between two runs, the most likely cause of a metric change first')
  .option('--metric <name>', 'the metric to explain (default: the metric of the first gate)')
  .action(
    action<BlameOptions>(async (context, [a = '', b = ''], options) =>
      (await import('./commands/blame.ts')).blameCommand(context, a, b, options),
    ),
  );
registerModelCommands((name, description, parent) => command(name, description, parent), action);
command('validate <model>', 'validate any model: of a path, a run, a stage or the registry')
  .option('--data <dataset>', 'dataset with the test rows; by default that of the stage that validates the model')
  .option('--model <name>', 'name in the registry of a model that has no version yet')
  .option('--features <columns>', 'columns that the model reads, in its order, when its files do not name them')
  .option('--classes <names>', 'classes in the order of the numbers that the model was trained on in their place')
  .option(
    '--slices <columns>',
    'columns for whose values the metrics are computed as well, separated by commas; `a+b` crosses two',
  )
  .option('--fairness <columns>', 'protected attributes, separated by commas; `a+b` crosses two')
  .addHelpText(
    'after',
    '\nMODEL is a path, NAME@3, models:/NAME/3, runs:/RUN/NAME, a run or a stage. A registered version gets the report; any other model becomes the next version. The gates are those of the stage that validates the model.',
  )
  .action(
    action<ValidateOptions>(async (context, [model = ''], options) =>
      (await import('./commands/validate.ts')).validate(context, model, options),
    ),
  );
command('predict', 'score files with a model version')
  .option('--input <file>', 'file or glob with the rows')
  .option('--output <file>', 'Parquet file to write')
  .option('--deployment <name>', 'use the input and output of a batch deployment')
  .option('--model-version <n>', 'version to use, as N or MODEL@N (default: the champion)')
  .option('--sql <file>', 'SQL over the table `rows` that computes the columns of the model')
  .action(
    action<PredictOptions>(async (context, _, options) =>
      (await import('./commands/predict.ts')).predict(context, options),
    ),
  );
command('recover', 'recover the readable part of a damaged store')
  .option('--dry-run', 'only report what can be recovered')
  .action(
    action<RecoverOptions>(async (context, _args, options) =>
      (await import('./commands/recover.ts')).recover(context, options),
    ),
  );
command('track', 'record the runs of MLflow programs in the project until stopped')
  .option('--port <n>', 'port on 127.0.0.1 (default: 0, a free port)')
  .action(
    action<TrackOptions>(async (context, _args, options) =>
      (await import('./commands/track.ts')).track(context, options),
    ),
  );
command('import <path>', 'import runs of MLflow or TensorBoard')
  .option('--kind <kind>', 'mlruns, mlflow.db or tensorboard (default: detected)')
  .option('--dry-run', 'report what would be added, without adding it')
  .addHelpText(
    'after',
    '\nPATH is an mlruns folder, an mlflow.db, a TensorBoard log folder, a folder that contains one of them, or the address of an MLflow server.\nImporting again adds only what is new.',
  )
  .action(
    action<ImportRunsOptions>(async (context, [path = ''], options) =>
      (await import('./commands/importRuns.ts')).importRuns(context, path, options),
    ),
  );
command('export', 'export runs and models to an MLflow file store or server')
  .option('--to <place>', 'mlruns:FOLDER, or the address of a server')
  .option('--filter <expression>', 'only matching runs and their models, such as "metrics.loss < 0.1"')
  .option('--experiment <name>', 'only runs of this experiment')
  .addHelpText(
    'after',
    '\nRequests to a server use MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD. Exporting again adds only what is new.',
  )
  .action(
    action<ExportRunsOptions>(async (context, _args, options) =>
      (await import('./commands/exportRuns.ts')).exportRunsTo(context, options),
    ),
  );
command('serve [deployment]', 'serve an API deployment, or one version of a model, until stopped')
  .option('--model <version>', 'serve this version, as NAME@3, on this machine; its predictions are not logged')
  .option('--port <n>', 'port to use instead; 0 picks a free one')
  .action(
    action<ServeOptions>(async (context, [name], options) =>
      (await import('./commands/serve.ts')).serve(context, name, options),
    ),
  );
command('monitor [name]', 'evaluate the windows of a monitor')
  .option('--now <time>', 'evaluate as of this time')
  .option('--shadow', 'evaluate the predictions of the shadow of its deployment')
  .action(
    action<MonitorOptions>(async (context, [name], options) =>
      (await import('./commands/monitor.ts')).monitor(context, name, options),
    ),
  );
command('drift [monitor]', 'print the windows of a monitor as JSON, or write them as an HTML page')
  .option('--html <file>', 'write a self-contained HTML page')
  .action(
    action<DriftOptions>(async (context, [name], options) =>
      (await import('./commands/drift.ts')).drift(context, name, options),
    ),
  );
command('retrain', 'train a challenger and promote it if it passes the gates')
  .option('--if-due', 'only if the retraining policy is due')
  .option('--now <time>', 'retrain as of this time')
  .action(
    action<RetrainOptions>(async (context, _, options) =>
      (await import('./commands/retrain.ts')).retrain(context, options),
    ),
  );
command('loop', 'train, deploy, monitor and retrain')
  .option('--monitor <name>', 'the monitor of the deployment to work on, where monitors watch several models')
  .option('--replay <files>', 'replay recorded rows through the deployment')
  .option('--sql <file>', 'SQL over the table `rows` that computes the columns of the model')
  .option('--from <time>', 'time of the first row to replay')
  .option('--to <time>', 'replay only rows before this time')
  .option('--port <n>', 'port of the API to use instead')
  .option('--verbose', 'print the logs of the stages')
  .action(
    action<LoopOptions>(async (context, _, options) => (await import('./commands/loop.ts')).loop(context, options)),
  );
const dataCommand = program.command('data').description('collect, check, profile, compare and label data');
command('doctor', 'check that the parts Loopwright needs work on this machine').action(
  action(async (context) => (await import('./commands/doctor.ts')).doctor(context)),
);
program
  .command('service', { hidden: true })
  .option('--project <dir>')
  .option('--folder <dir>', 'a folder that may not be a project')
  .action(async (options: GlobalOptions & { folder?: string }) => {
    const { runEngineHost } = await import('../engineHost/engineHost.ts');
    process.exitCode = await runEngineHost(
      options.folder === undefined ? findRoot(options.project) : resolve(options.folder),
    );
  });

/** Their options name measures and formats, whose code the other commands do not need. */
async function addDataCommands(): Promise<void> {
  const { registerDataCommands } = await import('./dataCommands.ts');
  const { registerLabelCommands } = await import('./labelCommands.ts');
  registerDataCommands((name, description) => command(name, description, dataCommand), action);
  registerLabelCommands((name, description) => command(name, description, dataCommand), action);
}

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
    if (process.argv.includes(dataCommand.name())) await addDataCommands();
    await program.parseAsync();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? exitCodes.done : exitCodes.wrongUse;
  }
}

// A closed pipe (`loopwright runs | head`) is not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(exitCodes.done);
});
void main();
