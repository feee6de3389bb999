// Copies three million flights inside the US, January to June 2001 (Bureau of Transportation Statistics), from the npm
// package vega-datasets to incoming/flights.parquet. node generate.mjs [--out DIR]
import { copyFileSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({ options: { out: { type: 'string', default: join(here, 'incoming') } } });

/** The file in the nearest node_modules above. */
function find(folder) {
  const file = join(folder, 'node_modules/vega-datasets/data/flights-3m.parquet');
  if (existsSync(file)) return file;
  if (dirname(folder) === folder)
    throw new Error('vega-datasets is not installed: run `npm install vega-datasets` first');
  return find(dirname(folder));
}

const target = join(options.out, 'flights.parquet');
mkdirSync(options.out, { recursive: true });
copyFileSync(find(here), target);
console.log(`${(statSync(target).size / 1e6).toFixed(1)} MB in ${target}`);
