import { readGridState, recordOf, texts } from '../curves/gridState.ts';
import type { GridState } from '../curves/gridState.ts';
import type { ConfusionUnit } from './confusion.ts';
import type { Brushes } from './parallel.ts';
import { scopes } from './scope.ts';
import type { Scope } from './scope.ts';

export type CompareTab = 'curves' | 'parallel' | 'scatter' | 'importance' | 'differences' | 'confusion' | 'images';

export const compareTabs: Record<CompareTab, string> = {
  curves: 'Curves',
  parallel: 'Parallel coordinates',
  scatter: 'Scatter',
  importance: 'Importance',
  differences: 'Differences',
  confusion: 'Confusion',
  images: 'Images',
};

export interface ParallelState {
  /** Ids of fields in the order of the axes; null for the default ones. */
  axes: string[] | null;
  log: string[];
  color: string | null;
  brushes: Brushes;
  table: boolean;
}

export interface ScatterState {
  x: string | null;
  y: string | null;
  /** An empty text means no colour; null the default. */
  color: string | null;
  logX: boolean;
  logY: boolean;
  table: boolean;
}

export interface ImportanceState {
  /** The name of the metric; null for the first. */
  metric: string | null;
  table: boolean;
}

/** Settings of the comparison, persisted over a reload. */
export interface CompareState {
  tab: CompareTab;
  /** True when the comparison has the whole height and the table of runs is hidden. */
  tall: boolean;
  curves: GridState;
  parallel: ParallelState;
  scatter: ScatterState;
  importance: ImportanceState;
  /** The scope of parallel coordinates, scatter and importance. */
  scope: Scope;
  differences: { all: boolean; baseline: string | null };
  confusion: ConfusionUnit;
  images: { group: string | null; step: number | null };
}

/** Persisted state is untrusted input: only values of the right shape are used. */
export function readCompareState(persisted: unknown): CompareState {
  const given = recordOf(persisted);
  const parallel = recordOf(given['parallel']);
  const scatter = recordOf(given['scatter']);
  const importance = recordOf(given['importance']);
  const differences = recordOf(given['differences']);
  const images = recordOf(given['images']);
  const tab = given['tab'];
  return {
    tab: typeof tab === 'string' && Object.hasOwn(compareTabs, tab) ? (tab as CompareTab) : 'curves',
    tall: given['tall'] === true,
    curves: readGridState(given['curves']),
    parallel: {
      axes: Array.isArray(parallel['axes']) ? texts(parallel['axes']) : null,
      log: texts(parallel['log']),
      color: text(parallel['color']),
      brushes: brushesOf(parallel['brushes']),
      table: parallel['table'] === true,
    },
    scatter: {
      x: text(scatter['x']),
      y: text(scatter['y']),
      color: text(scatter['color']),
      logX: scatter['logX'] === true,
      logY: scatter['logY'] === true,
      table: scatter['table'] === true,
    },
    importance: { metric: text(importance['metric']), table: importance['table'] === true },
    scope: scopes.find((one) => one === given['scope']) ?? 'selected',
    differences: { all: differences['all'] === true, baseline: text(differences['baseline']) },
    confusion: given['confusion'] === 'rows' ? 'rows' : 'share',
    images: { group: text(images['group']), step: typeof images['step'] === 'number' ? images['step'] : null },
  };
}

function text(given: unknown): string | null {
  return typeof given === 'string' ? given : null;
}

function brushesOf(given: unknown): Brushes {
  const brushes: Brushes = {};
  for (const [field, intervals] of Object.entries(recordOf(given))) {
    if (!Array.isArray(intervals)) continue;
    brushes[field] = intervals.flatMap((one): [number, number][] =>
      Array.isArray(one) && Number.isFinite(one[0]) && Number.isFinite(one[1])
        ? [[Number(one[0]), Number(one[1])]]
        : [],
    );
  }
  return brushes;
}
