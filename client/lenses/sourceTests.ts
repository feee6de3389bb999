import type { PreviewProblem, SourcePreview } from '../../protocol/sourcePreview.ts';
import { duration, timeText } from '../../words/times.ts';

/** The outcome of the last connection test of a source. */
export type SourceTest =
  | { state: 'testing' }
  | { state: 'passed'; at: number; about: string; ms: number }
  | { state: 'failed'; at: number; problem: PreviewProblem };

/** The connection tests of this window, by stage. Nothing is tested by itself. */
export class SourceTests {
  readonly #tests = new Map<string, SourceTest>();
  readonly #listeners = new Set<() => void>();

  onChange(listener: () => void): { dispose(): void } {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  }

  get(root: string, stage: string): SourceTest | undefined {
    return this.#tests.get(keyOf(root, stage));
  }

  /** Undefined forgets a test. */
  set(root: string, stage: string, test: SourceTest | undefined): void {
    if (test) this.#tests.set(keyOf(root, stage), test);
    else this.#tests.delete(keyOf(root, stage));
    for (const listener of this.#listeners) listener();
  }
}

/** Returns the test for an answer of the engine. */
export function testOf(preview: SourcePreview | null, problem: PreviewProblem, at = Date.now()): SourceTest {
  return preview ? { state: 'passed', at, about: preview.about, ms: preview.ms } : { state: 'failed', at, problem };
}

const longest = 90;

/** `connected in 26 ms · PostgreSQL 15.8, database shop on db:5432 · 2 minutes ago`, or why not. */
export function sourceTestText(test: SourceTest, now = Date.now()): string {
  if (test.state === 'testing') return '$(loading~spin) testing the connection';
  if (test.state === 'passed')
    return `$(pass) connected in ${duration(test.ms)} · ${cut(test.about)} · ${timeText(test.at, now)}`;
  return `$(error) ${cut(test.problem.message)} · ${timeText(test.at, now)}`;
}

/** The text on one line without the signs of icons. */
function cut(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').replaceAll('$(', '$ (').trim();
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
}

const keyOf = (root: string, stage: string): string => `${root}\0${stage}`;
