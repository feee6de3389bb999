import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';

/** The folder of pictures for people to look at. */
export const pictures = join(import.meta.dirname, '../../build/pictures');

/** With LOOPWRIGHT_SKIP_PICTURES=1 no pictures are taken: nobody looks at those of CI. */
export const skipsPictures = process.env['LOOPWRIGHT_SKIP_PICTURES'] === '1';

/** Takes a picture, `<name>.png` in `pictures`; `always` takes it even where pictures are skipped. */
export async function takePicture(
  page: Page,
  name: string,
  { always = false, ...options }: { fullPage?: boolean; always?: boolean } = {},
): Promise<void> {
  if (skipsPictures && !always) return;
  await mkdir(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`), ...options });
}
