import { languageIds } from '../../protocol/languageServer.ts';

const byName: readonly [RegExp, string][] = [
  [/(^|[\\/])loopwright\.ya?ml$/, languageIds.project],
  [/\.experiment\.ya?ml$/, languageIds.experiment],
  [/\.dataset\.ya?ml$/, languageIds.dataset],
];

/** Glob of all files of ours. */
export const ourFiles =
  '**/{loopwright.yaml,loopwright.yml,*.experiment.yaml,*.experiment.yml,*.dataset.yaml,*.dataset.yml}';

/** The associations that give files of ours their languages, as `files.associations` takes them. */
export const ourAssociations: Readonly<Record<string, string>> = {
  'loopwright.yaml': languageIds.project,
  'loopwright.yml': languageIds.project,
  '*.experiment.yaml': languageIds.experiment,
  '*.experiment.yml': languageIds.experiment,
  '*.dataset.yaml': languageIds.dataset,
  '*.dataset.yml': languageIds.dataset,
};

/** The language of ours that a file has by its name; null for other files. */
export function languageOf(path: string): string | null {
  return byName.find(([pattern]) => pattern.test(path))?.[1] ?? null;
}
