import { xAxes } from './axis.ts';
import type { XAxis } from './axis.ts';

/** What a person set on the charts, kept over a reload. */
export interface GridState {
  /** The metrics chosen; null for the first ones. */
  metrics: string[] | null;
  axis: XAxis;
  logX: boolean;
  /** Metrics whose y axis is logarithmic. */
  logY: string[];
  smoothing: number;
  zoom: [number, number] | null;
  /** Ids of runs whose curves are off. */
  hidden: string[];
  /** Metrics whose table is open. */
  tables: string[];
}

export const firstGridState: GridState = {
  metrics: null,
  axis: 'step',
  logX: false,
  logY: [],
  smoothing: 0,
  zoom: null,
  hidden: [],
  tables: [],
};

export const mostSmoothing = 0.99;

/** What was kept is input like any other: taken only where it has the right shape. */
export function readGridState(persisted: unknown): GridState {
  const given = recordOf(persisted);
  const axis = given['axis'];
  const smoothing = given['smoothing'];
  const zoom = given['zoom'];
  return {
    metrics: Array.isArray(given['metrics']) ? texts(given['metrics']) : null,
    axis: typeof axis === 'string' && Object.hasOwn(xAxes, axis) ? (axis as XAxis) : 'step',
    logX: given['logX'] === true,
    logY: texts(given['logY']),
    smoothing: typeof smoothing === 'number' && smoothing >= 0 && smoothing <= mostSmoothing ? smoothing : 0,
    zoom:
      Array.isArray(zoom) && zoom.length === 2 && zoom.every(Number.isFinite) && zoom[0] < zoom[1]
        ? [Number(zoom[0]), Number(zoom[1])]
        : null,
    hidden: texts(given['hidden']),
    tables: texts(given['tables']),
  };
}

/** The properties of an object; none of anything else. */
export function recordOf(given: unknown): Record<string, unknown> {
  return typeof given === 'object' && given !== null ? (given as Record<string, unknown>) : {};
}

export function texts(given: unknown): string[] {
  return Array.isArray(given) ? given.filter((one) => typeof one === 'string') : [];
}
