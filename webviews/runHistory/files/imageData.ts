import type { ArtifactContent } from '../../../protocol/runs.ts';

const types: Record<string, string> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  svg: 'image/svg+xml',
  bmp: 'image/bmp',
  avif: 'image/avif',
};

/** The media type of an image by its file name; null for other files. */
export function imageType(path: string): string | null {
  return types[/\.([a-z]+)$/i.exec(path)?.[1]?.toLowerCase() ?? ''] ?? null;
}

/** The source of an `<img>`: an SVG there runs no script and loads nothing. */
export function imageSource({ path, base64 }: ArtifactContent): string | null {
  const type = imageType(path);
  return type === null || base64 === null ? null : `data:${type};base64,${base64}`;
}
