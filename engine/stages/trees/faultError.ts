import { WorkError } from '../../base/errors.ts';
import { pythonText, type FoundPython } from '../../python/findPython.ts';
import { installText, missingModuleText } from '../../python/missingModule.ts';
import type { Fault, Ready, TrainerRequest } from './trainerReport.ts';

const place = { file: 'loopwright.yaml' };

export interface FaultPlace {
  root: string;
  python: FoundPython;
  model: TrainerRequest['model'];
  /** The chosen library; undefined before one was chosen. */
  ready: Ready | undefined;
}

/** Returns the error for a fault of the training program: what is wrong and how to mend it. */
export function faultError(fault: Fault, { root, python, model, ready }: FaultPlace): WorkError {
  const install = (name: string) => installText([name], python, root);
  switch (fault.kind) {
    case 'missing': {
      const [module = '', ...more] = fault.modules;
      return new WorkError(
        `\`${model}\` trains in Python.${missingModuleText(module, { root, words: null, python, more })} \`mlp\`, \`logistic\` and \`linear\` need no Python.`,
        { place },
      );
    }
    case 'broken':
      return new WorkError(
        `\`${model}\` trains in Python, and ${pythonText(python, root)} (${python.why}) cannot import \`${fault.module}\`: ${fault.message}. Install it again, or choose another \`library\`.`,
        { place },
      );
    case 'old':
      return new WorkError(
        `\`${model}\` needs ${fault.package} ${fault.oldest} or later, and ${pythonText(python, root)} (${python.why}) has ${fault.version}: \`${install(`"${fault.package}>=${fault.oldest}"`)}\` installs a later one.`,
        { place },
      );
    case 'unsupported':
      return new WorkError(
        `\`${fault.key}\` is not a setting of the boosted trees of ${fault.library}. Remove it, or install LightGBM: \`${install('lightgbm')}\`.`,
        { place },
      );
    case 'memory':
      return new WorkError(
        'Training in Python ran out of memory. Use fewer rows or columns, fewer `trees`, or larger `min_rows`.',
      );
    case 'failed':
      return new WorkError(`${versionsText(ready)} could not train: ${fault.type}: ${fault.message}`, { place });
  }
}

/** `LightGBM 4.5.0 with scikit-learn 1.9.1`: versions that do not fit each other are a frequent cause. */
function versionsText(ready: Ready | undefined): string {
  if (!ready) return 'The library';
  const { library, name, version, scikit_learn: scikitLearn } = ready;
  return `${name} ${version}${library === 'scikit-learn' ? '' : ` with scikit-learn ${scikitLearn}`}`;
}
