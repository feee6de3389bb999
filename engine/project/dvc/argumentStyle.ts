import type { ProjectFiles } from '../projectFiles.ts';
import type { ArgumentStyle } from './pythonText.ts';

/** Reads how DVC writes mappings into commands, from `parsing` of its config; a local config counts more. */
export function argumentStyle(files: ProjectFiles): ArgumentStyle {
  const settings = new Map<string, string>();
  for (const path of ['.dvc/config', '.dvc/config.local'])
    for (const [name, value] of settingsIn(textOf(files, path), 'parsing')) settings.set(name, value);
  return {
    negates: settings.get('bool') === 'boolean_optional',
    repeats: settings.get('list') === 'append',
  };
}

/** The names and values of a section of a config of DVC. */
export function settingsIn(text: string, section: string): Map<string, string> {
  const found = new Map<string, string>();
  let isIn = false;
  for (const line of text.split(/\r?\n/)) {
    const header = /^\s*\[(.*)\]\s*(?:[#;].*)?$/.exec(line)?.[1];
    if (header !== undefined) isIn = header.trim().replace(/^'(.*)'$/, '$1') === section;
    const [, name, value] = /^\s*([\w-]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (isIn && name !== undefined) found.set(name, value ?? '');
  }
  return found;
}

/** The text of a file; empty when it does not exist or cannot be read. */
export function textOf(files: ProjectFiles, path: string): string {
  try {
    const content = files.read(path);
    return content === null ? '' : typeof content === 'string' ? content : new TextDecoder().decode(content);
  } catch {
    return '';
  }
}
