import { join } from 'node:path';
import { CodeLens, EventEmitter, languages, Range, workspace } from 'vscode';
import type { CodeLensProvider, Disposable, TextDocument } from 'vscode';
import { languageIds } from '../../protocol/languageServer.ts';
import type { Outline, OutlineStage } from '../../protocol/languageServer.ts';
import type { StageStatus } from '../../protocol/lifeCycle.ts';
import { commandIds } from '../commandIds.ts';
import type { CommandId } from '../commandIds.ts';
import { ourFiles } from '../language/ourFiles.ts';
import type { LanguageServer } from '../language/languageServer.ts';
import type { Project } from '../projects/project.ts';
import type { Projects } from '../projects/projects.ts';
import { setting } from '../settings.ts';
import type { RowSubject } from '../views/row.ts';
import { count } from '../../words/numbers.ts';
import { versionText } from '../../words/models.ts';
import { timeText } from '../../words/times.ts';
import { sourceTestText, type SourceTests } from './sourceTests.ts';
import { lensText, modelLensText } from './lensText.ts';

/**
 * Run, state, history and source above each stage; drift above monitors; start and stop above deployments; the profile above
 * datasets.
 */
export class StageLenses implements CodeLensProvider, Disposable {
  readonly #projects: Projects;
  readonly #server: LanguageServer;
  readonly #tests: SourceTests;
  readonly #changed = new EventEmitter<void>();
  readonly #parts: Disposable[];
  readonly onDidChangeCodeLenses = this.#changed.event;

  constructor(projects: Projects, server: LanguageServer, tests: SourceTests) {
    this.#projects = projects;
    this.#server = server;
    this.#tests = tests;
    this.#parts = [
      languages.registerCodeLensProvider(
        [
          { language: languageIds.project, scheme: 'file' },
          { scheme: 'file', pattern: ourFiles },
        ],
        this,
      ),
      projects.onChange(() => this.#changed.fire()),
      tests.onChange(() => this.#changed.fire()),
      workspace.onDidChangeConfiguration(
        (event) => event.affectsConfiguration('loopwright.codeLens') && this.#changed.fire(),
      ),
    ];
  }

  async provideCodeLenses(document: TextDocument): Promise<CodeLens[]> {
    const project = this.#projects.of(document.uri.fsPath);
    // A file that is not the one its project is read from would show the stages of the other.
    if (
      !setting('codeLens.enabled') ||
      !workspace.isTrusted ||
      !project ||
      document.uri.fsPath !== join(project.root, project.file)
    )
      return [];
    // The answer must not wait for an engine that is still starting: it comes again when the overview arrives.
    void project.need();
    const written = await this.#server.outline(document.uri);
    // A file in which nothing can be read keeps the lenses where the stages last were.
    const outline = written && (written.stages.length > 0 || !project.overview?.problem) ? written : outlineOf(project);
    const stages = outline.stages.flatMap((place) => [
      ...stageLenses(project, place),
      ...sourceLenses(project, place, this.#tests),
    ]);
    const monitors = outline.monitors.flatMap((place) => monitorLenses(project, place));
    const deployments = outline.deployments.flatMap((place) => deploymentLenses(project, place));
    const datasets = outline.datasets.flatMap((place) => datasetLenses(project, place));
    return [...datasets, ...stages, ...monitors, ...deployments];
  }

  dispose(): void {
    for (const part of this.#parts) part.dispose();
    this.#changed.dispose();
  }
}

/** While the language server starts, the lines that the engine knows serve. */
function outlineOf(project: Project): Outline {
  return {
    stages: (project.overview?.stages ?? []).filter((stage) => stage.line !== null).map(place),
    monitors: [],
    deployments: [],
    datasets: [],
  };
}

function place(stage: StageStatus): OutlineStage {
  const at = { line: (stage.line ?? 1) - 1, character: 0 };
  return { name: stage.name, range: { start: at, end: at } };
}

function stageLenses(project: Project, place: OutlineStage): CodeLens[] {
  const subject: RowSubject = { project, stage: place.name };
  const stage = project.overview?.stages.find((one) => one.name === place.name);
  if (!stage) return [lens(place, '$(play) Run', commandIds.runStage, subject)];
  const run: RowSubject = stage.last ? { ...subject, runId: stage.last.runId } : subject;
  const lenses =
    stage.state === 'running'
      ? [
          lens(place, '$(debug-stop) Stop', commandIds.stopRun, run),
          lens(place, '$(terminal) Show output', commandIds.showOutput, run),
        ]
      : [lens(place, '$(play) Run', commandIds.runStage, subject)];
  const explained = stage.reasons.length > 0 && stage.state !== 'never';
  lenses.push(
    lens(
      place,
      lensText(stage),
      explained ? commandIds.whyStale : commandIds.openRunHistory,
      explained ? subject : run,
    ),
  );
  if (explained) lenses.push(lens(place, 'Why?', commandIds.whyStale, subject));
  if (stage.last) lenses.push(lens(place, 'History', commandIds.openRunHistory, { project }));
  const [version] = (project.overview?.models ?? [])
    .filter(({ model }) => model === stage.model)
    .toSorted((a, b) => b.version - a.version);
  if (version && (stage.kind === 'cmd' || stage.kind === 'train'))
    lenses.push(
      lens(place, modelLensText(version), commandIds.openModelCard, {
        project,
        model: version.model,
        version: version.version,
      }),
    );
  return lenses;
}

/** Kinds that are there or not there: there is no connection to test. */
const withoutConnection = new Set(['files', 'command', 'events', 'logs']);

/** Test and preview of the source of a collect stage; each connects only when it is clicked. */
function sourceLenses(project: Project, place: OutlineStage, tests: SourceTests): CodeLens[] {
  if (place.source === undefined) return [];
  const subject: RowSubject = { project, stage: place.name };
  const preview = lens(place, '$(table) Preview', commandIds.previewSource, subject);
  if (withoutConnection.has(place.source)) return [preview];
  const test = tests.get(project.root, place.name);
  const outcome = test && lens(place, sourceTestText(test), commandIds.previewSource, subject);
  if (outcome?.command && test?.state === 'failed') {
    const { file = project.file, line } = test.problem.place ?? {};
    outcome.command = {
      ...outcome.command,
      command: commandIds.openFile,
      tooltip: test.problem.message,
      arguments: [{ project, file, line }],
    };
  }
  return [
    preview,
    lens(place, `$(plug) Test ${test ? 'again' : 'connection'}`, commandIds.testSource, subject),
    ...(outcome ? [outcome] : []),
  ];
}

function monitorLenses(project: Project, place: OutlineStage): CodeLens[] {
  const subject = { project, monitor: place.name };
  const monitor = project.overview?.monitors.find(({ name }) => name === place.name);
  const detail = monitor ? ` · ${monitor.detail}` : '';
  return [
    lens(place, `$(graph-line) Open drift${detail}`, commandIds.openDrift, subject),
    lens(place, 'Check now', commandIds.monitorNow, subject),
  ];
}

function deploymentLenses(project: Project, place: OutlineStage): CodeLens[] {
  const subject = { project, deployment: place.name };
  const deployment = project.overview?.deployments.find((one) => one.name === place.name);
  if (!deployment || deployment.as !== 'api') return [];
  const { model, modelVersion } = deployment;
  const several = (project.overview?.modelNames.length ?? 0) > 1;
  const version =
    modelVersion === null
      ? ''
      : ` · ${versionText({ name: model ?? '', version: modelVersion }, several && model !== null)}`;
  return deployment.state === 'stopped'
    ? [
        lens(place, '$(play) Start', commandIds.startDeployment, subject),
        lens(place, 'stopped', commandIds.overview, subject),
      ]
    : [
        lens(place, '$(debug-stop) Stop', commandIds.stopDeployment, subject),
        lens(place, `${deployment.state}${version}`, commandIds.overview, subject),
      ];
}

function datasetLenses(project: Project, place: OutlineStage): CodeLens[] {
  const snapshot = project.overview?.datasets.find((one) => one.name === place.name)?.snapshot;
  const newest = snapshot ? ` · ${count(snapshot.rows)} rows · ${timeText(snapshot.createdAt)}` : '';
  return [lens(place, `$(graph) Profile${newest}`, commandIds.openProfile, { project, dataset: place.name })];
}

function lens(place: OutlineStage, title: string, command: CommandId, subject: RowSubject): CodeLens {
  const { start, end } = place.range;
  return new CodeLens(new Range(start.line, start.character, end.line, end.character), {
    title,
    command,
    arguments: [subject],
  });
}
