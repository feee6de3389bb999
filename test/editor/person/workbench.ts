import assert from 'node:assert/strict';
import type { Frame, Locator, Page } from 'playwright-core';
import { takePicture } from '../../helpers/picture.ts';

/** Milliseconds. In CI an editor shares the cores with other suites. */
const patience = process.env['CI'] ? 60_000 : 30_000;

/** Asks until the answer is there; on time-out says what it was about. */
export async function until<T>(
  what: string,
  ask: () => T | null | undefined | false | Promise<T | null | undefined | false>,
  ms = patience,
): Promise<T> {
  const end = Date.now() + ms;
  let last: unknown;
  // Each question goes through the whole workbench; who has waited long can wait a little longer.
  for (let pauseMs = 50; Date.now() < end; pauseMs = Math.min(400, pauseMs * 1.3)) {
    try {
      const value = await ask();
      if (value !== null && value !== undefined && value !== false) return value;
      last = value;
    } catch (error) {
      last = error instanceof Error ? error.message.split('\n')[0] : error;
    }
    await new Promise((done) => setTimeout(done, pauseMs));
  }
  throw new Error(`Waited ${ms} ms in vain for ${what}; last: ${String(last)}`);
}

export interface TreeLine {
  label: string;
  detail: string;
}

/** The real workbench as a person has it: what is on the screen, and the mouse and keyboard. */
export class Workbench {
  page: Page;

  constructor(page: Page) {
    this.page = page;
    page.setDefaultTimeout(patience);
  }

  async open(url: string): Promise<void> {
    await this.page.goto(url);
    await this.ready();
  }

  /** The window is drawn and the extension has put its item into the status bar or its icon beside it. */
  async ready(): Promise<void> {
    await this.page.locator('.monaco-workbench .part.statusbar').waitFor();
    await this.page.locator('.activitybar .action-label[aria-label^="Loopwright"]').waitFor();
  }

  /** A click on the icon of the sidebar in front hides it: ask whether it is in front, as a reload restores it late. */
  async showExplorer(): Promise<void> {
    const icon = this.page.locator('.activitybar .action-item', {
      has: this.page.locator('.action-label[aria-label^="Loopwright"]'),
    });
    const pane = this.pane('Life cycle');
    await until('the sidebar of Loopwright', async () => {
      const inFront = /\bchecked\b/.test((await icon.getAttribute('class', { timeout: 2000 })) ?? '');
      if (!inFront) {
        // The whole item, as its badge covers the icon.
        await icon.click({ timeout: 2000 });
      }
      await pane.waitFor({ timeout: 3000 });
      return true;
    });
  }

  pane(name: string): Locator {
    return this.page.locator('.sidebar .pane', { has: this.page.locator(`.pane-header[aria-label^="${name}" i]`) });
  }

  row(pane: string, label: string): Locator {
    return this.pane(pane).locator('.monaco-list-row', {
      has: this.page.locator('.label-name', { hasText: new RegExp(`^${label.replaceAll(/[^\w -]/g, '.')}$`) }),
    });
  }

  /** A click on the words of a row; its middle may lie under an action. */
  async click(pane: string, label: string): Promise<void> {
    await this.row(pane, label).locator('.label-name').click();
  }

  async lines(pane: string): Promise<TreeLine[]> {
    return this.pane(pane)
      .locator('.monaco-list-row')
      .evaluateAll((rows) =>
        rows.map((row) => ({
          label: row.querySelector('.label-name')?.textContent ?? '',
          detail: row.querySelector('.label-description')?.textContent ?? '',
        })),
      );
  }

  async detail(pane: string, label: string): Promise<string> {
    return (await this.lines(pane)).find((line) => line.label === label)?.detail ?? '(no such row)';
  }

  /** Waits until the row says something that fits. */
  async says(pane: string, label: string, pattern: RegExp, ms = patience): Promise<string> {
    return until(
      `${pane}: "${label}" to say ${pattern}`,
      async () => {
        const detail = await this.detail(pane, label);
        if (!pattern.test(detail)) throw new Error(`it says "${detail}"`);
        return detail === '' ? ' ' : detail;
      },
      ms,
    );
  }

  /** An action that stands on a row while the mouse is over it. */
  async rowAction(pane: string, label: string, action: string): Promise<void> {
    const row = this.row(pane, label);
    await row.hover();
    await row.locator(`.action-label[aria-label^="${action}"]`).click();
  }

  /** Through the command palette, as typed. */
  async command(title: string): Promise<void> {
    const input = this.page.locator('.quick-input-widget input.input');
    // Asked for again when a view that opened meanwhile took the focus and with it the palette.
    await until(`"${title}" in the command palette`, async () => {
      if (!(await input.isVisible())) await this.page.keyboard.press('F1');
      await input.fill(`>${title}`, { timeout: 2000 });
      const row = this.page.locator('.quick-input-widget .monaco-list-row', { hasText: title }).first();
      // The list holds the commands of the moment when it was opened.
      await row.click({ timeout: 3000 }).catch(async (error: unknown) => {
        await this.page.keyboard.press('Escape');
        throw error;
      });
      return true;
    });
  }

  async pick(text: string): Promise<void> {
    await this.page.locator('.quick-input-widget .monaco-list-row', { hasText: text }).first().click();
  }

  async openFile(name: string, line = 1): Promise<void> {
    await this.page.keyboard.press('Control+P');
    const input = this.page.locator('.quick-input-widget input.input');
    await input.waitFor();
    await input.fill(name);
    await until(`${name} in the list of files`, async () =>
      (await this.page.locator('.quick-input-widget .monaco-list-row').first().innerText()).includes(
        name.split('/').at(-1) ?? name,
      ),
    );
    await this.page.keyboard.press('Enter');
    await this.page
      .locator(`.tab.active[data-resource-name="${name.split('/').at(-1) ?? name}"]`)
      .first()
      .waitFor();
    // The editor takes the focus by itself, and keeps the keys from what is still being drawn beside it.
    await this.page.locator('.editor-group-container.active .monaco-editor.focused').first().waitFor();
    if (line > 1) await this.goTo(line);
    else await this.page.keyboard.press('Control+Home');
  }

  async goTo(line: number): Promise<void> {
    const input = this.page.locator('.quick-input-widget input.input');
    await until(`the cursor on line ${line}`, async () => {
      if (
        (await this.page.locator('#status\\.editor\\.selection').innerText({ timeout: 1000 })).startsWith(`Ln ${line},`)
      )
        return true;
      if (!(await input.isVisible())) await this.page.keyboard.press('Control+G');
      await input.fill(`:${line}`, { timeout: 1000 });
      await input.press('Enter', { timeout: 1000 });
      await input.waitFor({ state: 'hidden', timeout: 1000 });
      return false;
    });
  }

  editor(): Locator {
    return this.page.locator('.editor-group-container.active .monaco-editor .view-lines').first();
  }

  /** The lens with this text above the line that holds `below`. */
  async lens(text: string, below: string): Promise<Locator> {
    return until(`the lens "${text}" above ${below}`, async () => {
      // Asked anew each time: lenses that arrive push the lines down.
      const place = await this.page.locator('.view-line', { hasText: below }).first().boundingBox({ timeout: 1000 });
      for (const lens of await this.page.locator('.codelens-decoration', { hasText: text }).all()) {
        const box = await lens.boundingBox();
        if (box && place && place.y - box.y > 0 && place.y - box.y < 26)
          return lens.locator('a', { hasText: text }).first();
      }
      return null;
    });
  }

  /**
   * Presses a lens until something came of it: lenses move while others arrive, and a press beside one does nothing.
   * `came` says that it did, within ten seconds of a press.
   */
  async pressLens(text: string, below: string, came: () => boolean | Promise<boolean>): Promise<void> {
    await until(`something to come of "${text}" above ${below}`, async () => {
      await (await this.lens(text, below)).click({ timeout: 2000 });
      await until(`the answer to "${text}"`, came, 10_000);
      return true;
    });
  }

  /** Whether the panel, with its terminals, is open. */
  hasPanel(): Promise<boolean> {
    return this.page.locator('.part.panel').isVisible();
  }

  /** The frame of a webview on the screen that holds the selector. */
  async webview(selector: string, ms = patience): Promise<Frame> {
    return until(
      `${selector} in a webview`,
      async () => {
        for (const frame of this.page.frames()) {
          if (frame.parentFrame() === null) continue;
          const found = frame.locator(selector).first();
          if ((await found.count().catch(() => 0)) > 0 && (await found.isVisible().catch(() => false))) return frame;
        }
        return null;
      },
      ms,
    );
  }

  /** What stands on the screen, in words, for somebody who has the words of a failure and not its picture. */
  async seen(): Promise<string> {
    const tab = await this.page
      .locator('.tab.active')
      .allInnerTexts()
      .catch(() => []);
    const frames = await Promise.all(
      this.page
        .frames()
        .slice(1)
        .map((frame) =>
          frame
            .evaluate(() => (document.body.offsetWidth > 0 ? document.body.innerText.trim().slice(0, 600) : ''))
            .catch(() => ''),
        ),
    );
    return [
      `     the tab in front: ${tab.join(', ')}`,
      ...frames.filter(Boolean).map((text) => `     a view shows: ${text.replaceAll(/\s+/g, ' ')}`),
    ].join('\n');
  }

  /**
   * Waits for a message and returns its words. The test driver keeps messages out of the corner, so they are read
   * behind the bell.
   */
  async message(pattern: RegExp, ms = patience): Promise<string> {
    const text = await until(
      `the message ${pattern}`,
      async () => {
        // The list closes by itself when its last message goes, as one about progress does.
        await this.#bell(true);
        return (await this.#messages().allInnerTexts()).find((one) => pattern.test(one));
      },
      ms,
    );
    await this.#bell(false);
    return text;
  }

  async pressInMessage(about: string, button: string): Promise<void> {
    await this.#bell(true);
    const item = this.page.locator('.notifications-center .notification-list-item', { hasText: about });
    const pressed = item.locator('.monaco-button', { hasText: button }).first();
    await until(`the button "${button}" in the message about ${about}`, async () => {
      // Buttons are shown once the message is opened out.
      if (!(await pressed.isVisible())) await item.first().click({ timeout: 2000 });
      await pressed.click({ timeout: 2000 });
      return true;
    });
  }

  #messages(): Locator {
    return this.page.locator('.notifications-center .notification-list-item-message');
  }

  /**
   * Pressed again while nothing came of it: the bell is drawn anew as messages come and go, and a press on the old one
   * is lost.
   */
  async #bell(open: boolean): Promise<void> {
    const center = this.page.locator('.notifications-center.visible');
    await until(`the messages to be ${open ? 'shown' : 'hidden'}`, async () => {
      if ((await center.isVisible()) === open) return true;
      await this.page.locator('#status\\.notifications').click({ timeout: 2000 });
      await center.waitFor({ state: open ? 'visible' : 'hidden', timeout: 2000 });
      return true;
    });
  }

  /** The modal question; returns its words after the button was pressed. */
  async answerModal(button: string): Promise<string> {
    const box = this.page.locator('.monaco-dialog-box');
    await box.waitFor();
    const text = await box.innerText();
    await box.locator('.monaco-button', { hasText: button }).first().click();
    await box.waitFor({ state: 'detached' });
    return text;
  }

  async closePanel(): Promise<void> {
    if (await this.hasPanel()) await this.page.keyboard.press('Control+J');
  }

  async status(): Promise<string> {
    return (await this.page.locator('.statusbar-item[id*="loopwright.status"]').innerText()).trim();
  }

  async picture(name: string): Promise<void> {
    await takePicture(this.page, `editor-${name}`);
  }

  /** No message behind the bell is an error. */
  async noErrors(): Promise<void> {
    await this.#bell(true);
    const errors = await this.page
      .locator('.notifications-center .notification-list-item:has(.codicon-error) .notification-list-item-message')
      .allInnerTexts();
    await this.#bell(false);
    assert.deepEqual(errors, []);
  }
}
