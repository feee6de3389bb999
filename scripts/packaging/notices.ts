import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { plainTexts } from './licenseTexts.ts';

interface PackageJson {
  name: string;
  version: string;
  license?: string | { type: string };
  author?: string | { name?: string };
  repository?: string | { url?: string };
  homepage?: string;
}

/** Licences that allow what this package does. Another one stops the packaging until someone has read it. */
const allowed =
  /^(MIT|ISC|0BSD|BSD-[23]-Clause|Apache-2\.0|Unlicense|BlueOak-1\.0\.0|CC0-1\.0|CC-BY-4\.0|Python-2\.0)$/;

/** The folders of packages that files belong to: `a/node_modules/b/lib/c.js` belongs to `a/node_modules/b`. */
export function packagesOf(files: Iterable<string>): string[] {
  const folders = new Set<string>();
  for (const file of files) {
    const found = /^(.*\bnode_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file.replaceAll('\\', '/'));
    if (found?.[1] !== undefined) folders.add(found[1]);
  }
  return [...folders];
}

/**
 * The text of THIRD-PARTY-NOTICES.txt: each package with its version, address, licence and the texts that it asks to be
 * kept.
 * @throws Error for a licence that is not known to be allowed.
 */
export function noticesOf(folders: Iterable<string>): string {
  const seen = new Map<string, string>();
  for (const folder of folders) {
    const about = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageJson;
    seen.set(`${about.name} ${about.version}`, noticeOf(folder, about));
  }
  const parts = [...seen].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return [
    'Loopwright contains the software below. Each part is followed by its licence.',
    parts.map(([name]) => `  ${name}`).join('\n'),
    ...parts.map(([, text]) => text),
    `${line}\nThe Apache License, Version 2.0, of the packages above that hold no text of it\n${line}\n\n${plainTexts['Apache-2.0']?.('') ?? ''}`,
  ].join('\n\n');
}

const line = '='.repeat(80);

function noticeOf(folder: string, about: PackageJson): string {
  const { name, version } = about;
  const license = typeof about.license === 'string' ? about.license : (about.license?.type ?? '');
  for (const part of namesIn(license))
    if (!allowed.test(part))
      throw new Error(`${name} ${version} has the licence "${license}", which nobody allowed yet.`);
  const repository = typeof about.repository === 'string' ? about.repository : (about.repository?.url ?? '');
  const address = (repository || (about.homepage ?? '')).replace(/^git\+|\.git$/g, '');
  const texts = textsOf(folder);
  return [
    `${line}\n${name} ${version}\n${[license, address].filter(Boolean).join(', ')}\n${line}`,
    ...(texts.length > 0 ? texts : [standardText(license, about)]),
  ].join('\n\n');
}

/** The licences of an SPDX expression. */
const namesIn = (expression: string): string[] => expression.replaceAll(/[()]/g, '').split(/ (?:AND|OR) /);

/** Licences and notices that a package holds, those in a folder of licences too. */
function textsOf(folder: string, isKept = isNotice): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => isKept(name))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? textsOf(path, () => true) : [readFileSync(path, 'utf8').trim()];
    });
}

const isNotice = (name: string): boolean =>
  /^(licen[cs]e|copying|notice|third.?party)/i.test(name) && !/\.(js|ts|json)$/.test(name);

/** The words of a licence, for a package that only names it. */
function standardText(license: string, { name, author }: PackageJson): string {
  const owner = (typeof author === 'string' ? author : author?.name) || `the authors of ${name}`;
  return namesIn(license)
    .map((one) =>
      one === 'Apache-2.0'
        ? 'Licensed under the Apache License, Version 2.0. Its text is at the end of this file.'
        : (plainTexts[one]?.(owner) ?? one),
    )
    .join('\n\n');
}
