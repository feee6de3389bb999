import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { extensions, languages, Range, Uri, workspace, WorkspaceEdit } from 'vscode';
import type { TextDocument } from 'vscode';
import type { LoopwrightApi } from '../../../client/extension.ts';

export async function activated(): Promise<LoopwrightApi> {
  const extension = extensions.getExtension<LoopwrightApi>('loopwright.loopwright');
  if (!extension) throw new Error('The extension is not installed.');
  return extension.activate();
}

export function root(): string {
  const folder = workspace.workspaceFolders?.[0];
  if (!folder) throw new Error('No folder is open.');
  return folder.uri.fsPath;
}

export function fileUri(path: string): Uri {
  return Uri.file(join(root(), path));
}

/** Asks until the answer is there, and says what the last one was when it never came. */
export async function until<T>(
  what: string,
  ask: () => T | null | undefined | false | Promise<T | null | undefined | false>,
  ms = 20_000,
): Promise<T> {
  const end = Date.now() + ms;
  let last: unknown;
  while (Date.now() < end) {
    try {
      const value = await ask();
      if (value !== null && value !== undefined && value !== false) return value;
      last = value;
    } catch (error) {
      last = error;
    }
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(
    `Waited ${ms} ms in vain for ${what}; last: ${last instanceof Error ? last.message : JSON.stringify(last)}`,
  );
}

/** Writes a file for the length of the work and puts the old text back. */
export async function withFile(path: string, text: string, work: () => Promise<void>): Promise<void> {
  const file = join(root(), path);
  const before = existsSync(file) ? readFileSync(file, 'utf8') : null;
  writeFileSync(file, text);
  try {
    await work();
  } finally {
    if (before === null) rmSync(file);
    else writeFileSync(file, before);
  }
}

/** Asks the runner for a picture of the window; nothing happens where the runner has no browser. */
export async function picture(name: string): Promise<void> {
  const folder = process.env['LOOPWRIGHT_PICTURES'];
  if (!folder) return;
  writeFileSync(join(folder, `${name}.wanted`), '');
  await until(`the picture ${name}`, () => existsSync(join(folder, `${name}.done`)));
}

/** Writes a type that there is not into an open schema and waits for its diagnostic. */
export async function breakType(document: TextDocument): Promise<void> {
  const at = document.getText().indexOf('type: number') + 'type: '.length;
  const edit = new WorkspaceEdit();
  edit.replace(document.uri, new Range(document.positionAt(at), document.positionAt(at + 'number'.length)), 'nmber');
  await workspace.applyEdit(edit);
  await until('a diagnostic', () =>
    languages.getDiagnostics(document.uri).some((one) => document.getText(one.range).includes('nmber')),
  );
}
