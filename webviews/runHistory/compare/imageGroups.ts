import { imageType } from '../files/imageData.ts';

export interface StepImage {
  runId: string;
  path: string;
  step: number | null;
}

/** Images with the same name in several runs and steps. */
export interface ImageGroup {
  /** The path with `{step}` in place of the step. */
  name: string;
  /** Ascending; empty when the name contains no step. */
  steps: number[];
  images: StepImage[];
}

/** `%step%12%` in file names of MLflow's log_image, followed by a time and an id. */
const mlflow = /%step%(-?\d+)%timestamp%\d+%[^./]*/;
const named = /((?:^|[^a-z])(?:global_?step|step|epoch|iteration|iter|batch)[=_-]?)(\d+)/i;
/** Zero-padded digits at the end of a file name, such as `sample_000100.png`. */
const padded = /([_-])(\d{3,})(?=\.[a-z]+$)/i;

/** The name of an image without its step, and the step. */
export function stepOf(path: string): { name: string; step: number | null } {
  const logged = mlflow.exec(path);
  if (logged) return { name: path.replace(mlflow, '{step}'), step: Number(logged[1]) };
  const word = named.exec(path);
  if (word) return { name: path.replace(named, '$1{step}'), step: Number(word[2]) };
  const digits = padded.exec(path);
  return digits ? { name: path.replace(padded, '$1{step}'), step: Number(digits[2]) } : { name: path, step: null };
}

/** The images of runs; names that most runs have come first. */
export function imageGroups(runs: readonly { runId: string; artifacts: readonly { path: string }[] }[]): ImageGroup[] {
  const groups = new Map<string, StepImage[]>();
  for (const { runId, artifacts } of runs) {
    for (const { path } of artifacts) {
      // MLflow stores a thumbnail beside each logged image.
      if (imageType(path) === null || /%compressed\.[a-z]+$/i.test(path)) continue;
      const { name, step } = stepOf(path);
      const group = groups.get(name) ?? [];
      group.push({ runId, path, step });
      groups.set(name, group);
    }
  }
  return [...groups]
    .map(([name, images]) => ({
      name,
      images,
      steps: [...new Set(images.flatMap(({ step }) => (step === null ? [] : [step])))].toSorted((a, b) => a - b),
    }))
    .toSorted(
      (a, b) =>
        runsOf(b) - runsOf(a) ||
        Number(b.steps.length > 0) - Number(a.steps.length > 0) ||
        a.name.localeCompare(b.name, 'en', { numeric: true }),
    );
}

/** The image of a run at a step, or at the last earlier step that the run has. */
export function imageAt(group: ImageGroup, runId: string, step: number | null): StepImage | null {
  const own = group.images.filter((image) => image.runId === runId);
  if (step === null) return own[0] ?? null;
  return (
    own
      .filter((image) => image.step !== null && image.step <= step)
      .toSorted((a, b) => (b.step ?? 0) - (a.step ?? 0))[0] ?? null
  );
}

function runsOf({ images }: ImageGroup): number {
  return new Set(images.map((image) => image.runId)).size;
}
