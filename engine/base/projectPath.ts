import * as native from 'node:path';

/** The rules of a system for paths: `node:path`, or its `posix` and `win32`. */
export type PathRules = Pick<typeof native.posix, 'isAbsolute' | 'join' | 'normalize' | 'relative' | 'resolve' | 'sep'>;

/**
 * Returns where a path of a project is. A relative path is inside `root`; an absolute one stays, also one on another
 * drive or a share (`D:\data`, `\\server\share`). Nothing else may join a root and a path that a person wrote.
 */
export function projectPath(root: string, path: string, rules: PathRules = native): string {
  return rules.isAbsolute(path) ? rules.resolve(root, path) : rules.join(root, path);
}

/**
 * Returns a path as it is stored: with `/`, relative to `root`. A path on another drive stays absolute, for no relative
 * one leads there.
 */
export function relativePath(root: string, path: string, rules: PathRules = native): string {
  const result = rules.relative(root, path);
  return rules.sep === '/' ? result : result.split(rules.sep).join('/');
}

/** Returns a path with `/` as it is stored. Where `\` separates folders, `data\raw` and `data/raw` are one path. */
export function withSlashes(path: string, rules: PathRules = native): string {
  return rules.sep === '\\' ? path.replaceAll('\\', '/') : path;
}

/**
 * True for the folder itself and for what is inside it, by the names alone: links are not followed. The relative path
 * from one drive to another is absolute and begins with no `..`, and a file may be named `..data`.
 */
export function isInside(folder: string, path: string, rules: PathRules = native): boolean {
  return !leadsOut(rules.relative(folder, path), rules);
}

/** True for a relative path that leads out of the folder where it starts, and for an absolute one. */
export function leadsOut(path: string, rules: PathRules = native): boolean {
  const [first] = rules.normalize(path).split(rules.sep);
  // `D:data` is relative to the current folder of the drive D.
  return first === '..' || rules.isAbsolute(path) || (rules.sep === '\\' && /^[a-z]:/i.test(path));
}

/**
 * Returns a path with the drive letter in upper case, as the system lists it. Editors write `c:\work`, terminals
 * `C:\work`: one folder must have one name.
 */
export function withDrive(path: string, rules: PathRules = native): string {
  return rules.sep === '\\' ? path.replace(/^[a-z]:/, (drive) => drive.toUpperCase()) : path;
}
