import {
  closeSync,
  copyFileSync,
  existsSync,
  ftruncateSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
  readFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

// A program that writes numbered lines to app.log as fast as it can, and rotates it all the time: by renaming, by copying
// and truncating, and by compressing older files. It ends when the file `stop` is there, and then writes the number of
// its last line to `last`.
const [folder = '', seed = '1', pause = '0'] = process.argv.slice(2);
let state = Number(seed);
const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
const path = join(folder, 'app.log');
let fd = openSync(path, 'a');
let n = 0;

/** Moves app.log.1 to app.log.2 and so on, so that the first number is free. */
function shift(): void {
  const numbered = readdirSync(folder).flatMap((name) => {
    const found = /^app\.log\.(\d+)(\.gz)?$/.exec(name);
    return found ? [{ name, number: Number(found[1]), end: found[2] ?? '' }] : [];
  });
  for (const { name, number, end } of numbered.toSorted((a, b) => b.number - a.number))
    renameSync(join(folder, name), join(folder, `app.log.${number + 1}${end}`));
}

function compress(): void {
  const name = readdirSync(folder).find((one) => /^app\.log\.\d+$/.test(one));
  if (name === undefined) return;
  const target = join(folder, `${name}.gz`);
  // As gzip does, the compressed file grows while the other is still there.
  const packed = gzipSync(readFileSync(join(folder, name)), { level: 1 });
  writeFileSync(target, packed.subarray(0, packed.length >> 1));
  writeFileSync(target, packed.subarray(packed.length >> 1), { flag: 'a' });
  rmSync(join(folder, name));
}

function rotate(): void {
  shift();
  if (random() < 0.5) {
    renameSync(path, `${path}.1`);
    closeSync(fd);
    fd = openSync(path, 'a');
  } else {
    copyFileSync(path, `${path}.1`);
    ftruncateSync(fd, 0);
  }
}

async function write(): Promise<void> {
  while (!existsSync(join(folder, 'stop'))) {
    let text = '';
    for (let i = 0; i < 100 + random() * 400; i++) text += `n=${++n} text="${'x'.repeat(random() * 60)}"\n`;
    // Some writes end inside a line.
    const bytes = Buffer.from(text);
    const cut = Math.floor(random() * bytes.length);
    for (const part of [bytes.subarray(0, cut), bytes.subarray(cut)])
      for (let done = 0; done < part.length;) done += writeSync(fd, part, done);
    const what = random();
    if (what < 0.02) rotate();
    else if (what < 0.03) compress();
    await new Promise((resolve) => setTimeout(resolve, Number(pause)));
  }
  writeFileSync(join(folder, 'last'), String(n));
}

await write();
