import { xAxes } from './axis.ts';
import type { XAxis } from './axis.ts';

/** Settings of the charts, persisted over a reload. */
export interface GridState {
  /** The selected metrics; null for the default ones. */
  metrics: string[] | null;
  axis: XAxis;
  logX: boolean;
  /** Metrics with a logarithmic y axis. */
  logY: string[];
  smoothing: number;
  zoom: [number, number] | null;
  /** Ids of runs whose curves are hidden. */
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

/** Persisted state is untrusted input: only values of the right shape are used. */
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

/** The properties of an object; none for other values. */
export function recordOf(given: unknown): Record<string, unknown> {
  return typeof given === 'object' && given !== null ? (given as Record<string, unknown>) : {};
}

export function texts(given: unknown): string[] {
  return Array.isArray(given) ? given.filter((one) => typeof one === 'string') : [];
}
