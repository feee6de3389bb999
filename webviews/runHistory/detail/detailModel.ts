import type { ModelSelector } from '../../../protocol/models.ts';
import type { RunChange, RunDetail } from '../../../protocol/runs.ts';
import type { CurveGrid } from '../curves/curveGrid.ts';
import type { ArtifactStore } from '../files/artifactStore.ts';
import type { LogTail } from '../files/logTail.ts';

/** The text that a person is editing: one at a time. */
export type Editing = { what: 'name' | 'note'; text: string } | null;

/** The data that the templates of one run read. */
export interface DetailModel {
  run: RunDetail;
  turned: ReadonlySet<string>;
  editing: Editing;
  log: LogTail | null;
  curves: CurveGrid;
  system: CurveGrid;
  files: ArtifactStore;
  /** The path of the file that is previewed. */
  preview: string | null;
  /** The search text of a long table, by section. */
  search: ReadonlyMap<string, string>;
}

/** The actions that the templates of one run offer. */
export interface DetailActions {
  close(): void;
  open(runId: string): void;
  turn(section: string): void;
  edit(editing: Editing): void;
  saveEdit(): void;
  change(text: string, change: RunChange): void;
  logStage(stage: string): void;
  logStream(stream: 'all' | 'stderr'): void;
  /** Shows the runs below this one in the table. */
  listChildren(): void;
  logScrolled(box: HTMLElement): void;
  preview(path: string | null): void;
  openArtifact(path: string): void;
  openCard(selector: ModelSelector): void;
  register(): void;
  copy(text: string): void;
  search(section: string, text: string): void;
}
