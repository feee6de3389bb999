// Logs to the run of the Loopwright stage that a program belongs to, by appending lines to the file in
// LOOPWRIGHT_METRICS. It has no dependency, writes before it returns, and does nothing outside a run but say so once.
import { appendFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const path = process.env.LOOPWRIGHT_METRICS ?? '';
let told = false;

/** True inside a stage that `loopwright run` started. */
export const active = path !== '';

/** Id of the run; undefined outside one. */
export const runId = process.env.LOOPWRIGHT_RUN_ID;

/** The seed of the project, for the program's own random numbers; undefined outside a run. */
export const seed = process.env.LOOPWRIGHT_SEED === undefined ? undefined : Number(process.env.LOOPWRIGHT_SEED);

/** Logs metrics; without a step, each name counts its own steps from 0. */
export function log(metrics, step) {
  append({ metrics, at: Date.now(), ...(step === undefined ? {} : { step }) });
}

/** Logs params. What the project gave under a name stays; another value of the same name is kept as `program.name`. */
export function params(values) {
  append({ params: values });
}

/** Sets a tag. */
export function tag(key, value) {
  append({ tags: { [key]: String(value) } });
}

/** Keeps a file or a folder with the run. */
export function artifact(file) {
  append({ artifact: file instanceof URL ? fileURLToPath(file) : String(file) });
}

function append(line) {
  if (!active) {
    if (!told)
      process.emitWarning('loopwright: this program runs outside a stage of `loopwright run`, so nothing is logged.', {
        code: 'LOOPWRIGHT_OUTSIDE',
      });
    told = true;
    return;
  }
  appendFileSync(path, `${text(line)}\n`);
}

/** JSON with the numbers that it has no word for, written as Python does. */
function text(value) {
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (typeof value === 'bigint') return String(value);
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return text(Array.from(value));
  if (Array.isArray(value)) return `[${value.map((item) => text(item ?? null)).join(',')}]`;
  if (value !== null && typeof value === 'object' && typeof value.toJSON !== 'function')
    return `{${Object.entries(value)
      .filter(([, item]) => item !== undefined && typeof item !== 'function')
      .map(([key, item]) => `${JSON.stringify(key)}:${text(item)}`)
      .join(',')}}`;
  return JSON.stringify(value) ?? 'null';
}
