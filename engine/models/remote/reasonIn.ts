const longest = 300;

/** Returns the reason in the body of an error: the end of the message in its JSON, or its first words. */
export function reasonIn(text: string): string {
  const parsed = jsonIn(text);
  const message = typeof parsed === 'object' && parsed !== null ? messageIn(parsed) : null;
  const isTraceback = text.startsWith('Traceback (most recent call last)');
  const words = (message ?? (isTraceback ? lastLine(text) : text.replace(/<[^<>]*>/g, ' ')))
    .replace(/\s+/g, ' ')
    .trim();
  if (words === '') return 'the answer is empty.';
  if (words.length > longest) return message === null ? `${words.slice(0, longest)}…` : `…${words.slice(-longest)}`;
  return /[.!?]$/.test(words) ? words : `${words}.`;
}

/** The message in the errors of MLflow, MLServer, Triton, FastAPI and Loopwright. */
function messageIn(body: object): string | null {
  const { message, error, detail, stack_trace: trace } = body as Record<string, unknown>;
  const found = [message, error, detail].find((value) => typeof value === 'string' && value.trim() !== '');
  const raised = typeof trace === 'string' ? lastLine(trace) : '';
  if (typeof found === 'string') return [lastLine(found), raised].filter((part) => part !== '').join(' ');
  return detail === undefined || detail === null ? null : JSON.stringify(detail);
}

/** The reason in a traceback, and in a message of MLflow that repeats the rows before it. */
function lastLine(message: string): string {
  return message.trim().split('\n').at(-1) ?? message;
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
