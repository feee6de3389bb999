import { join } from 'node:path';
import { readRegularFile } from '../base/readRegularFile.ts';

/**
 * Returns a setting from `.vscode/settings.json` of a folder, so that a terminal uses the same value as the editor.
 * Undefined when it is not set.
 */
export function editorSetting(folder: string, name: string): unknown {
  try {
    const values: unknown = JSON.parse(
      plainJson(readRegularFile(join(folder, '.vscode', 'settings.json')).toString('utf8')),
    );
    return values !== null && typeof values === 'object' ? (values as Record<string, unknown>)[name] : undefined;
  } catch {
    return undefined;
  }
}

/** Returns JSON without the comments and trailing commas that the editor allows in its settings. */
function plainJson(text: string): string {
  const withoutComments = text
    .replace(/^\uFEFF/, '')
    .replaceAll(/"(?:\\.|[^"\\])*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (part) => (part.startsWith('"') ? part : ' '));
  return withoutComments.replaceAll(/"(?:\\.|[^"\\])*"|,(?=\s*[}\]])/g, (part) => (part === ',' ? '' : part));
}
