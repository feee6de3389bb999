/**
 * Returns the command of a stage, in the folder of the stage. DVC runs each line of a text and each item of a list in a
 * shell of its own, until one fails; an item may be a script of several lines.
 */
export function commandText(cmd: unknown, folder: string): string {
  const written = Array.isArray(cmd) ? cmd.map(String) : String(cmd).split(/\r\n|\r|\n/);
  const parts = written.map((part) => part.trim()).filter((part) => !part.split('\n').every(isIdle));
  const [only = ''] = parts;
  const all = parts.length <= 1 ? only : parts.map((part) => `( ${part}\n)`).join(' && ');
  if (folder === '') return all;
  return `cd ${/^[\w./-]+$/.test(folder) ? folder : `"${folder.replaceAll(/["$`\\]/g, '\\$&')}"`} && ${parts.length <= 1 && !all.includes('\n') && isSimple(all) ? all : `{ ${all}\n}`}`;
}

/** A line without a command, which a group of a shell must not consist of. */
function isIdle(line: string): boolean {
  return /^\s*(?:#.*)?$/.test(line);
}

/** Whether `cd folder && command` runs nothing when the folder does not exist. */
function isSimple(command: string): boolean {
  return !/[;|&\n#]/.test(command);
}
