import type { Lineage } from './lineage.ts';
import type { Approval, VersionComment } from './registry.ts';
import type { FailedRows, GateTest, SliceCoverage } from './gates.ts';
import type { ModelRef, ModelSelector } from './models.ts';
import type { Blame, RunPart } from './blame.ts';
import type {
  DataComparison,
  DataOutline,
  DataProfile,
  DataRelations,
  DataRows,
  DataSubject,
  QualityReport,
  SubjectChoice,
} from './dataProfile.ts';
import type { DriftDetail, DriftReport } from './drift.ts';
import type { LabelDone, LabelOrder, LabelQueue, LabelRow, LabelSummary, LabelTasks } from './labelling.ts';
import type { FolderLook, Proposal, ReadAs, StartChoice, TableLook } from './start.ts';
import type { ProjectOverview, StageStatus } from './lifeCycle.ts';
import type { AnyCard } from './modelCard.ts';
import type { InspectedModel, RunModel } from './modelFacts.ts';
import type {
  ArtifactContent,
  FilterCompletion,
  GoingRun,
  MetricSeries,
  ParamImportance,
  RunChange,
  RunColumns,
  RunDetail,
  RunGroup,
  RunPage,
  RunPoint,
  RunQuery,
  SavedView,
} from './runs.ts';
import type { SavedPage } from './savedPage.ts';
import type { SourceAnswer } from './sourcePreview.ts';

/**
 * The requests that the engine host answers over JSON-RPC on its standard input and output: `loopwright service
 * --project DIR`.
 */
export interface EngineRequests {
  'project/overview': { params: Record<string, never>; result: ProjectOverview };
  /** Tells the setting `loopwright.python` and the interpreter selected in the editor; the overview then follows them. */
  'python/select': { params: { setting: string | null; selected: string | null }; result: { changed: boolean } };
  'stages/status': { params: Record<string, never>; result: StageStatus[] };
  /** Every declared gate with its newest outcome and its place. */
  'gates/list': { params: Record<string, never>; result: GateTest[] };
  /** Writes the test rows that speak against a gate of a run. */
  'gates/rows': { params: { runId: string; stage: string; gate: string }; result: FailedRows };
  /** The parts of datasets that the slices of the newest validations tested. */
  'gates/coverage': { params: Record<string, never>; result: SliceCoverage[] };
  'runs/list': { params: RunQuery; result: RunPage };
  /**
   * At most 10,000 runs of a query, with the values of these columns alone: `metrics.key`, `params.key`, `tags.key`;
   * others are passed over.
   */
  'runs/points': { params: { query: RunQuery; columns: string[] }; result: RunPoint[] };
  'runs/get': { params: { runId: string }; result: RunDetail };
  /** At most 100 runs, in this order; those that are not there are left out. */
  'runs/details': { params: { runIds: string[] }; result: RunDetail[] };
  /** `ends` are those of earlier answers, by run: only what came after them is wanted. */
  'runs/series': { params: { runIds: string[]; key: string; ends?: Record<string, string> }; result: MetricSeries[] };
  /**
   * A part of a stage's log from a byte offset, and the lines at its end that are not ended or may still change; `done`
   * when the stage ended and nothing is left.
   */
  'runs/log': {
    params: { runId: string; stage: string; offset: number; stream?: 'all' | 'stderr' };
    result: { text: string; next: number; done: boolean; open?: string };
  };
  /**
   * Where programs that use MLflow log to: set in the editor's terminals as MLFLOW_TRACKING_URI and
   * MLFLOW_TRACKING_TOKEN. It stays the same over restarts where its port is free, so that a program outlives them.
   */
  'tracking/endpoint': { params: Record<string, never>; result: { uri: string; token: string } };
  /** The processes that run stages of the project, whichever window or terminal started them. */
  'runs/going': { params: Record<string, never>; result: GoingRun[] };
  /** Stops the process with this number, when it is one of those above; the run is cancelled then. */
  /** `host` as `runs/going` gave it: two machines may give the same number to their processes. */
  'runs/stop': { params: { pid: number; host: string | null }; result: { stopped: boolean } };
  'runs/columns': { params: RunQuery; result: RunColumns };
  /** At most 1,000 groups, the largest first. `by` is `params.key`, `tags.key` or an attribute such as `experiment`. */
  'runs/groups': { params: { query: RunQuery; by: string; metrics: string[] }; result: RunGroup[] };
  /**
   * Which params move a metric: over these runs, or over the newest 5,000 that a query finds. A newer question ends an
   * older one that is still being worked on.
   */
  'runs/importance': {
    params: { metric: string } & ({ runIds: string[] } | { query: RunQuery });
    result: ParamImportance;
  };
  'runs/complete': { params: { text: string; offset: number; experiment?: string }; result: FilterCompletion };
  /** Changes runs and gives what they were, each run with the change that takes it back. */
  'runs/update': {
    params: { changes: { runId: string; change: RunChange }[] };
    result: { undo: { runId: string; change: RunChange }[] };
  };
  'runs/artifact': { params: { runId: string; path: string }; result: ArtifactContent };
  /** Writes the table of a query to a file; gives the number of runs. Columns as in RunOrder. */
  'runs/export': {
    params: { query: RunQuery; columns: string[]; format: 'csv' | 'parquet'; path: string };
    result: { runs: number };
  };
  /** What differs between two runs, what most likely moved the metric first; a null metric is chosen. */
  'runs/blame': { params: { a: string; b: string; metric: string | null }; result: Blame };
  /** A part of a run as text, to be shown beside another's; null text for a file its code did not have. */
  'runs/part': { params: { runId: string } & RunPart; result: { text: string | null; problem: string | null } };
  'views/list': { params: Record<string, never>; result: SavedView[] };
  'views/save': { params: SavedView; result: null };
  'views/delete': { params: { name: string }; result: null };
  'models/card': { params: ModelSelector; result: AnyCard };
  /** The models among the outputs of a run. */
  'models/ofRun': { params: { runId: string }; result: RunModel[] };
  /**
   * What a model is that a person names as for `loopwright validate`. With `open`, the model is opened, which runs the
   * code in a pickle, and describes itself. `python` holds the variables that name the Python of the editor.
   */
  'models/inspect': {
    params: { address: string; open: boolean; python?: Record<string, string> };
    result: InspectedModel;
  };
  /**
   * Moves the champion alias after the gates; rejected with a message when a gate does not pass or an approval is missing.
   * `override` is the reason of a person who promotes against gates.
   */
  'models/promote': {
    params: ModelRef & { override?: string; why?: string };
    result: ModelRef & { previous: number | null };
  };
  /** The origin of a version, and where it answered, as a graph. */
  'models/lineage': { params: ModelRef; result: Lineage };
  /** Approves a version for a stage; `missing` is the sentence about the approvals that it still lacks. */
  'models/approve': {
    params: ModelRef & { stage: Approval['stage']; why: string; withdraw?: boolean };
    result: { approvals: Approval[]; missing: string | null };
  };
  'models/comment': { params: ModelRef & { text: string }; result: VersionComment };
  /**
   * Makes each model that a run validated a version; `made` is false when it was one before. Rejected when the run
   * validated none.
   */
  'models/register': {
    params: { runId: string };
    result: { registered: ModelRef[]; runId: string; runName: string; made: boolean };
  };
  'models/rollback': { params: { name: string }; result: ModelRef & { previous: number | null } };
  /** Writes one HTML file that opens anywhere. */
  'pages/save': { params: { page: SavedPage; path: string }; result: null };
  'drift/report': { params: { monitor: string }; result: DriftReport };
  /** What can be profiled: datasets and their versions. */
  'data/subjects': { params: Record<string, never>; result: SubjectChoice[] };
  /** The head of a profile, for a view to show while it waits for `data/profile`. */
  'data/outline': { params: { subject: DataSubject }; result: DataOutline };
  'data/profile': { params: { subject: DataSubject }; result: DataProfile };
  /** At most 200 rows from an offset. */
  'data/rows': { params: { subject: DataSubject; offset: number; limit: number }; result: DataRows };
  'data/relations': { params: { subject: DataSubject }; result: DataRelations };
  'data/compare': { params: { reference: DataSubject; current: DataSubject }; result: DataComparison };
  'data/quality': { params: { subject: DataSubject }; result: QualityReport };
  /**
   * Connects to the source of a collect stage and reads its first rows, without writing anything; a newer request for
   * the stage cancels the older one. Without `all`, only rows after the watermark. With `runs`, a command is run, to
   * which a person must have agreed.
   */
  'sources/preview': { params: { stage: string; rows: number; all: boolean; runs: boolean }; result: SourceAnswer };
  /** Cancels the preview of a stage. */
  'sources/stop': { params: { stage: string }; result: { stopped: boolean } };
  'labels/tasks': { params: Record<string, never>; result: LabelTasks };
  /** At most 200 rows that this labeller has not decided on, or with `skipped` those that were skipped. */
  'labels/next': {
    params: { task: string; labeller: string; limit: number; order?: LabelOrder; skipped?: boolean };
    result: LabelQueue;
  };
  'labels/rows': { params: { task: string; labeller: string; keys: string[] }; result: LabelRow[] };
  /** Appends a decision; a null label skips the row. */
  'labels/add': { params: { task: string; labeller: string; key: string; label: string | null }; result: LabelDone };
  /** Takes the labeller's last decision back. */
  'labels/undo': { params: { task: string; labeller: string }; result: LabelDone };
  'labels/summary': { params: { task: string }; result: LabelSummary };
  /**
   * What lies in the folder that a project could be made of. Answered without a project too, as are those about files.
   */
  'start/folder': {
    params: {
      /** A file that was selected by hand; it may be outside the folder. */
      also?: string;
    };
    result: FolderLook;
  };
  /** What a table holds and what could be predicted; `readAs` is what a person changed about how it is read. */
  'start/table': {
    params: {
      path: string;
      readAs?: Partial<ReadAs>;
      /** The table of a database file. */
      table?: string;
    };
    result: TableLook;
  };
  'start/propose': { params: StartChoice; result: Proposal };
  /** Writes what is proposed for a choice, and overwrites nothing. */
  'start/write': { params: StartChoice; result: { files: string[] } };
  /**
   * Writes a dataset schema for a file beside it, or into `schemas/` of its project; `made` is false when it was there
   * already. Paths are absolute.
   */
  'start/schema': { params: { path: string }; result: { path: string; made: boolean } };
  'drift/detail': { params: { monitor: string; windowId: number; column: string }; result: DriftDetail };
}

export type EngineMethod = keyof EngineRequests;

/**
 * The methods that a view may call; the client refuses the others. A method that promotes a version, or writes a file
 * to a place that a person chooses, is not here: the client asks the person first.
 */
export const viewMethods = [
  'project/overview',
  'stages/status',
  'runs/list',
  'runs/points',
  'runs/get',
  'runs/details',
  'runs/series',
  'runs/log',
  'runs/columns',
  'runs/groups',
  'runs/importance',
  'runs/complete',
  'runs/update',
  'runs/artifact',
  'runs/blame',
  'runs/part',
  'views/list',
  'views/save',
  'views/delete',
  'models/card',
  'models/ofRun',
  'models/lineage',
  'models/inspect',
  'drift/report',
  'drift/detail',
  'data/subjects',
  'data/outline',
  'data/profile',
  'data/rows',
  'data/relations',
  'data/quality',
  'data/compare',
  'sources/preview',
  'sources/stop',
  'labels/tasks',
  'labels/next',
  'labels/rows',
  'labels/add',
  'labels/undo',
  'labels/summary',
  // The wizard shows each file before it is written, and nothing is overwritten.
  'start/folder',
  'start/table',
  'start/propose',
  'start/write',
] as const satisfies readonly EngineMethod[];

export type ViewMethod = (typeof viewMethods)[number];

/** Notifications of the engine host. */
export interface EngineNotifications {
  /** The store or a project file changed; views request what they show again. */
  'store/changed': { reason: 'store' | 'files' };
}
