import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openModel } from '../../../engine/models/openModel.ts';
import { toolsIn } from '../flavours/flavourParity.ts';
import { modelsVenv } from '../modelsVenv.ts';
import { inputs, rowsOf } from './ownModel.ts';

// Opens two models of a folder and asks them; neither answers. The second never lets another thread of its run.
const [folder = '.'] = process.argv.slice(2);
const noted = `
    with open(os.path.join(os.path.dirname(__file__), "pids"), "a") as file:
        file.write(f"{os.getpid()}\\n")
`;
const hanging = {
  sleeping: `import os, time\ndef predict(frame):${noted}    time.sleep(600)\n`,
  computing: `import os, re\ndef predict(frame):${noted}    re.match("(a+)+b", "a" * 60)\n`,
};
for (const [name, code] of Object.entries(hanging)) {
  const path = join(folder, `${name}.py`);
  writeFileSync(path, code);
  const { opened } = await openModel(`${path}:predict`, toolsIn(folder, modelsVenv));
  void opened.answer(rowsOf(1), inputs);
}
