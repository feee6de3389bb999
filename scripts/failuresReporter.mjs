import { inspect } from 'node:util';

// A reporter for Node's test runner that says only what a person has to know: failures with their cause, and why a test
// was skipped.
export default async function* failures(source) {
  for await (const { type, data } of source) {
    if (type === 'test:fail' && data.details?.error?.failureType !== 'subtestsFailed') {
      const { error } = data.details ?? {};
      const cause = error?.cause ?? error;
      yield `\nFAILED ${data.name}  (${data.file ?? ''}:${data.line ?? ''})\n${cause?.stack ?? cause?.message ?? inspect(cause)}\n`;
    } else if (type === 'test:pass' && data.skip !== undefined)
      yield `skipped: ${data.name}${typeof data.skip === 'string' && data.skip !== '' ? `: ${data.skip}` : ''}\n`;
  }
}
