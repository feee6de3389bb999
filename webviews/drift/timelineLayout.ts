import type { DriftReport } from '../../protocol/drift.ts';

// The two panels of the timeline, in pixels.
export const left = 150;
export const right = 24;
export const performanceTop = 66;
export const performanceHeight = 130;
export const heatTop = performanceTop + performanceHeight + 34;
export const cellHeight = 24;
const zoomHeight = 60;

export function timelineHeight(report: DriftReport): number {
  return heatTop + report.columns.length * cellHeight + zoomHeight;
}
