// Writes the hours of a bike rental from hours.csv.gz month by month: what is known beforehand to
// incoming/hours-2012-01.csv, the rentals counted afterwards to incoming/rentals/2012-01.csv. The example is
// played from November 2011 to June 2012; the file has all of 2011 and 2012. node generate.mjs [--from YYYY-MM] [--to
// YYYY-MM] [--out DIR]
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';

const here = dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({
  options: {
    from: { type: 'string', default: '2011-11' },
    to: { type: 'string', default: '2012-06' },
    out: { type: 'string', default: join(here, 'incoming') },
  },
});

const [header, ...lines] = gunzipSync(readFileSync(join(here, 'hours.csv.gz')))
  .toString('utf8')
  .trim()
  .split('\n');
const known = header.slice(0, header.lastIndexOf(','));
const hours = lines.filter((line) => line >= options.from && line.slice(0, 7) <= options.to);
const months = [...new Set(hours.map((line) => line.slice(0, 7)))];
mkdirSync(join(options.out, 'rentals'), { recursive: true });
for (const month of months) {
  const [before, after] = [[`hour_id,${known}`], ['hour_id,rentals,counted_at']];
  for (const line of hours.filter((hour) => hour.startsWith(month))) {
    const comma = line.lastIndexOf(',');
    const id = line.slice(0, 13);
    // Rentals are counted when the day is over.
    const counted = new Date(Date.parse(`${line.slice(0, 10)}T00:00:00Z`) + 86_400_000).toISOString();
    before.push(`${id},${line.slice(0, comma)}`);
    after.push(`${id},${line.slice(comma + 1)},${counted}`);
  }
  writeFileSync(join(options.out, `hours-${month}.csv`), `${before.join('\n')}\n`);
  writeFileSync(join(options.out, 'rentals', `${month}.csv`), `${after.join('\n')}\n`);
}
console.log(`${hours.length} hours of ${months.length} months in ${options.out}`);
