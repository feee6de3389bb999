import { onlyFile } from '../formats/onlyFile.ts';
import type { Flavour, StatedFacts } from './flavour.ts';

/** The header of a model with tens of thousands of features. */
const headerBytes = 4 << 20;

/** A booster that LightGBM saved as text. */
export const lightgbm: Flavour = {
  name: 'lightgbm',
  recognise(files) {
    const file = onlyFile(files, /\.(txt|lgb|lgbm)$/i);
    if (!file || !/^tree\r?\nversion=v\d/.test(files.read(file.name, 64).toString('latin1'))) return null;
    return {
      flavour: 'lightgbm',
      path: file.path,
      stated: statedFacts(files.read(file.name, headerBytes).toString('utf8')),
    };
  },
  async open(model, tools) {
    const { openWorkerModel } = await import('../worker/openWorkerModel.ts');
    return openWorkerModel(model, { opener: 'lightgbm', path: model.path }, tools);
  },
};

/** The header has a line `key=value` for each fact; an empty line ends it. */
function statedFacts(text: string): StatedFacts {
  const header = new Map(
    (text.split(/\r?\n\r?\n/, 1)[0] ?? '').split(/\r?\n/).map((line): [string, string] => {
      const at = line.indexOf('=');
      return [line.slice(0, at), line.slice(at + 1)];
    }),
  );
  const names = (header.get('feature_names') ?? '').split(' ').filter((name) => name !== '');
  // Columns of a matrix get these names.
  const isNamed = names.some((name, i) => name !== `Column_${i}`);
  const infos = (header.get('feature_infos') ?? '').split(' ');
  const objective = header.get('objective')?.split(' ')[0];
  return {
    algorithm: objective === undefined ? null : `LightGBM ${objective}`,
    inputs: isNamed
      ? // A range belongs to a number; a list of values to a category, which may be a text.
        names.map((name, i) => ({ name, type: infos[i]?.startsWith('[') ? 'number' : null, optional: false }))
      : null,
    packages: {},
    needs: ['lightgbm'],
    runsCode: false,
    refusals: [],
  };
}
