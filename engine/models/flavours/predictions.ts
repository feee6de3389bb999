import { WorkError } from '../../base/errors.ts';
import type { Flavour } from './flavour.ts';

/** Name of the file that stands for a model that is known only by a table of its predictions. */
export const predictionsFile = 'predictions.json';

/** A table of predictions without a model. It is validated and monitored; nothing scores new rows. */
export const predictions: Flavour = {
  name: 'predictions',
  recognise: (files) =>
    files.names.length === 1 && files.names[0] === predictionsFile
      ? {
          flavour: 'predictions',
          path: files.path,
          stated: { algorithm: null, inputs: null, packages: {}, needs: [], runsCode: false, refusals: [] },
        }
      : null,
  open: async ({ path }) => {
    throw new WorkError(
      `${path} stands for a table of predictions that another program made. There is no model that could score rows; validate and monitor the table, or name the model with \`from\` or \`address\`.`,
      { place: { file: path } },
    );
  },
};
