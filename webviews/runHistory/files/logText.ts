// oxlint-disable-next-line no-control-regex -- terminals use control characters for colours and titles
const sequences = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g;

/**
 * The text of a log as a terminal shows it: without colours; of a line that was overwritten, such as a progress bar,
 * the last state.
 */
export function plainLog(text: string): string {
  const plain = text.replace(sequences, '').replaceAll('\r\n', '\n');
  if (!plain.includes('\r')) return plain;
  return plain.split('\n').map(lastWritten).join('\n');
}

function lastWritten(line: string): string {
  const parts = line.split('\r').filter((part) => part !== '');
  // A shorter text leaves the rest of the overwritten line visible.
  return parts.reduce((shown, part) => part + shown.slice(part.length), '');
}
