import type { ViewAction } from '../../protocol/webview.ts';
import { base64Of, base64OfText } from './series.ts';
import { chartColors } from './theme.ts';
import type { ChartColors } from './theme.ts';

type Act = (action: ViewAction) => void;

/**
 * The colours of the theme with generic fonts, which exist on every machine; a quoted font name would also end an SVG
 * attribute.
 */
export function savedColors(): ChartColors {
  return { ...chartColors(), font: 'system-ui, sans-serif' };
}

/** A file name of letters, digits and hyphens. */
export function fileName(title: string, ending: string): string {
  const plain = title
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\p{L}\p{N}.]+/gu, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .slice(0, 80);
  return `${plain || 'chart'}.${ending}`;
}

export function saveText(act: Act, title: string, ending: 'svg' | 'csv', text: string): void {
  act({ do: 'saveFile', name: fileName(title, ending), base64: base64OfText(text) });
}

/** Renders an SVG as pixels at twice its size, and saves them. */
export async function savePng(act: Act, title: string, svg: string): Promise<void> {
  const image = new Image();
  image.src = `data:image/svg+xml;base64,${base64OfText(svg)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = image.width * 2;
  canvas.height = image.height * 2;
  const ctx = canvas.getContext('2d');
  if (!ctx) throw new Error('The browser provides no canvas for the image.');
  ctx.drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/png'));
  if (!blob) throw new Error('The browser could not encode the image as PNG.');
  act({ do: 'saveFile', name: fileName(title, 'png'), base64: base64Of(new Uint8Array(await blob.arrayBuffer())) });
}
