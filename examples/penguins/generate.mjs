// Writes 344 penguins of the Palmer Archipelago (Gorman, CC0) as JSON Lines: incoming/penguins.jsonl, from the npm
// package vega-datasets. node generate.mjs [--out DIR]
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({ options: { out: { type: 'string', default: join(here, 'incoming') } } });

/** The file in the nearest node_modules above. */
function find(folder) {
  const file = join(folder, 'node_modules/vega-datasets/data/penguins.json');
  if (existsSync(file)) return file;
  if (dirname(folder) === folder)
    throw new Error('vega-datasets is not installed: run `npm install vega-datasets` first');
  return find(dirname(folder));
}

const penguins = JSON.parse(readFileSync(find(here), 'utf8'));
mkdirSync(options.out, { recursive: true });
// The source has no key; one is needed to split and to find a row again.
const lines = penguins.map((penguin, i) => JSON.stringify({ id: `p${String(i + 1).padStart(3, '0')}`, ...penguin }));
writeFileSync(join(options.out, 'penguins.jsonl'), `${lines.join('\n')}\n`);
console.log(`${lines.length} penguins in ${options.out}`);
