import type { DriftReport } from '../../protocol/drift.ts';

// The panels of the timeline, in pixels.
export const left = 150;
export const right = 24;
export const performanceTop = 66;
export const performanceHeight = 130;
export const statusTop = performanceTop + performanceHeight + 12;
export const statusHeight = 22;
export const heatTop = statusTop + statusHeight + 34;
export const cellHeight = 24;
const zoomHeight = 60;

export function timelineHeight(report: DriftReport): number {
  return heatTop + report.columns.length * cellHeight + zoomHeight;
}
