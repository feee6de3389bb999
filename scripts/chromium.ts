import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';

const launchOptions = {
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    // The processor draws, in either process; this way nothing is sent from one to the other.
    '--in-process-gpu',
  ],
};

/** Returns the Chromium named by the variable CHROMIUM, or the first on the path; null when there is none. */
export function chromiumPath(): string | null {
  const named = process.env['CHROMIUM'];
  const onPath = (process.env['PATH'] ?? '')
    .split(delimiter)
    .flatMap((folder) =>
      ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'].map((name) => join(folder, name)),
    );
  return [...(named ? [named] : []), ...onPath].find((path) => existsSync(path)) ?? null;
}

/** Starts a Chromium without a window, with more arguments. */
export function startBrowser(more: readonly string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath() ?? '', args: [...launchOptions.args, ...more] });
}
