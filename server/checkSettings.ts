import { severityChoices, type SeverityChoice } from '../protocol/problem.ts';
import type { CheckSettings } from '../protocol/languageServer.ts';

/** The globs of folders in which no project is looked for, out of what a client sent. */
export function excludedGlobs(settings: unknown): string[] {
  const exclude = (settings as { exclude?: unknown } | null | undefined)?.exclude;
  return Array.isArray(exclude) ? exclude.filter((glob) => typeof glob === 'string') : [];
}

/**
 * Whether the folders are trusted. Editors without trust send nothing; there, one in which no data is read is taken for
 * one that is not trusted.
 */
export function isTrusted(settings: unknown): boolean {
  const { trusted } = (settings ?? {}) as { trusted?: unknown };
  return typeof trusted === 'boolean' ? trusted : checkSettings(settings).data;
}

/** The settings of the checks out of what a client sent, which may be anything. */
export function checkSettings(settings: unknown): CheckSettings {
  const checks = (settings as { checks?: { data?: unknown; severity?: unknown } } | null | undefined)?.checks;
  const chosen = checks?.severity;
  const severity: Record<string, SeverityChoice> = {};
  if (chosen !== null && typeof chosen === 'object') {
    for (const [code, value] of Object.entries(chosen)) {
      const choice = severityChoices.find((candidate) => candidate === value);
      if (choice !== undefined) severity[code] = choice;
    }
  }
  return { data: checks?.data !== false, severity };
}
