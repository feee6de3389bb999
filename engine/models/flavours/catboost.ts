import { onlyFile } from '../formats/onlyFile.ts';
import type { Flavour } from './flavour.ts';

/** A model that CatBoost saved in its own format. Its worker names the inputs. */
export const catboost: Flavour = {
  name: 'catboost',
  recognise(files) {
    const file = onlyFile(files, /\.(cbm|cb)$/i);
    if (!file || files.read(file.name, 4).toString('latin1') !== 'CBM1') return null;
    return {
      flavour: 'catboost',
      path: file.path,
      stated: { algorithm: 'CatBoost', inputs: null, packages: {}, needs: ['catboost'], runsCode: false, refusals: [] },
    };
  },
  async open(model, tools) {
    const { openWorkerModel } = await import('../worker/openWorkerModel.ts');
    return openWorkerModel(model, { opener: 'catboost', path: model.path }, tools);
  },
};
