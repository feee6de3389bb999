import type { CDPSession, Page } from 'playwright-core';

const named: Record<string, { key: string; code: string; windowsVirtualKeyCode: number; text?: string }> = {
  '\n': { key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 13, text: '\r' },
};

/** Keys pressed one after the other without waiting for the window in between: faster than a person can type. */
export class FastKeys {
  readonly #session: CDPSession;

  private constructor(session: CDPSession) {
    this.#session = session;
  }

  static async on(page: Page): Promise<FastKeys> {
    return new FastKeys(await page.context().newCDPSession(page));
  }

  async type(text: string): Promise<void> {
    await Promise.all(
      [...text].flatMap((letter) => {
        const key = named[letter] ?? { key: letter, text: letter };
        return (['keyDown', 'keyUp'] as const).map((type) =>
          this.#session.send('Input.dispatchKeyEvent', { type, ...key, ...(type === 'keyUp' ? { text: '' } : {}) }),
        );
      }),
    );
  }
}
