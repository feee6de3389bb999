import type { RunModel } from '../../../protocol/modelFacts.ts';
import type { Loadable } from '../../ui/frame/loadable.ts';
import type { ModelSelector } from '../../../protocol/models.ts';
import type { RunChange, RunDetail } from '../../../protocol/runs.ts';
import type { CurveGrid } from '../curves/curveGrid.ts';
import type { ArtifactStore } from '../files/artifactStore.ts';
import type { PlotCharts } from './plotCharts.ts';
import type { LogTail } from '../files/logTail.ts';

/** The text being edited; at most one. */
export type Editing = { what: 'name' | 'note'; text: string } | null;

/** Data for the templates of one run. */
export interface DetailModel {
  run: RunDetail;
  turned: ReadonlySet<string>;
  editing: Editing;
  log: LogTail | null;
  curves: CurveGrid;
  system: CurveGrid;
  plotCharts: PlotCharts;
  files: ArtifactStore;
  models: Loadable<RunModel[]>;
  /** The path of the previewed file. */
  preview: string | null;
  /** The search text of a long table, by section. */
  search: ReadonlyMap<string, string>;
}

/** Actions for the templates of one run. */
export interface DetailActions {
  close(): void;
  open(runId: string): void;
  turn(section: string): void;
  edit(editing: Editing): void;
  saveEdit(): void;
  change(text: string, change: RunChange): void;
  logStage(stage: string): void;
  logStream(stream: 'all' | 'stderr'): void;
  /** Filters the table by the children of this run. */
  listChildren(): void;
  logScrolled(box: HTMLElement): void;
  preview(path: string | null): void;
  openArtifact(path: string): void;
  openCard(selector: ModelSelector): void;
  register(): void;
  /** Validates a model of the run, which registers it. */
  validateModel(address: string): void;
  inspectModel(address: string): void;
  loadModels(): void;
  copy(text: string): void;
  search(section: string, text: string): void;
}
