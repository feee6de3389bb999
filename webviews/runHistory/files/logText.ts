// oxlint-disable-next-line no-control-regex -- terminals are told colours and titles by control characters
const sequences = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g;

/**
 * What a terminal would show of a log: no colours, and of a line that was written over, as progress bars do, what was
 * written last.
 */
export function plainLog(text: string): string {
  const plain = text.replace(sequences, '').replaceAll('\r\n', '\n');
  if (!plain.includes('\r')) return plain;
  return plain.split('\n').map(lastWritten).join('\n');
}

function lastWritten(line: string): string {
  const parts = line.split('\r').filter((part) => part !== '');
  // What is shorter than what it overwrites leaves the rest of it standing.
  return parts.reduce((shown, part) => part + shown.slice(part.length), '');
}
