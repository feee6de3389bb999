import { onlyFile } from '../formats/onlyFile.ts';
import { zipEntries } from '../formats/zipFile.ts';
import type { Flavour } from './flavour.ts';

type Form = 'script' | 'export' | 'weights';

/** A graph that PyTorch saved: TorchScript or an exported program. */
export const torch: Flavour = {
  name: 'torch',
  recognise(files) {
    const file = onlyFile(files, /\.(pt|pth|pt2|torchscript)$/i);
    const form = file && formOf(file.path);
    if (!form) return null;
    return {
      flavour: 'torch',
      path: file.path,
      stated: {
        algorithm: { script: 'TorchScript', export: 'torch.export', weights: null }[form],
        inputs: null,
        packages: {},
        needs: ['torch'],
        // TorchScript has operators of PyTorch only; constants of an exported program may be pickles.
        runsCode: form === 'export',
        refusals:
          form === 'weights'
            ? [
                'The file was saved by `torch.save` and has no graph of the network. Save it with `torch.jit.script(model).save(path)` or `torch.export.save`.',
              ]
            : [],
      },
    };
  },
  async open(model, tools) {
    const { openWorkerModel } = await import('../worker/openWorkerModel.ts');
    return openWorkerModel(model, { opener: 'torch', path: model.path, options: { form: formOf(model.path) } }, tools);
  },
};

/** All three are ZIP archives with one folder. */
function formOf(path: string): Form | null {
  const names = [...(zipEntries(path)?.keys() ?? [])].map((name) => name.slice(name.indexOf('/') + 1));
  const isProgram = ['archive_format', 'serialized_exported_program.json'].some((name) => names.includes(name));
  if (isProgram || zipEntries(path)?.has('serialized_exported_program.json')) return 'export';
  if (names.includes('constants.pkl')) return 'script';
  return names.includes('data.pkl') ? 'weights' : null;
}
