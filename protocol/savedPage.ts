import type { ModelSelector } from './models.ts';
import type { DataSubject } from './dataProfile.ts';
import type { DriftDetail, DriftReport } from './drift.ts';
import type { AnyCard } from './modelCard.ts';

/** Something that can be saved as one HTML file. */
export type SavedPage =
  ({ of: 'card' } & ModelSelector) | { of: 'drift'; monitor: string } | { of: 'profile'; subject: DataSubject };

/** The bundle that draws saved pages from the templates of the views. Each gives a whole HTML document. */
export interface SavedViews {
  cardPage(card: AnyCard, savedAt: number): string;
  /** `details` are the features of one window, the first of them the one that moved most. */
  driftPage(report: DriftReport, details: { windowId: number; detail: DriftDetail }[], savedAt: number): string;
}
