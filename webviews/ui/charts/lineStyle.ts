/** The line style of a run: colour first, then dashes, then the shape of its marks. */
export interface LineStyle {
  color: string;
  /** Lengths of dashes and gaps in pixels; empty for a solid line. */
  dash: readonly number[];
  marker: Marker;
}

export type Marker = 'none' | 'circle' | 'square' | 'triangle' | 'diamond';

const dashes: readonly (readonly number[])[] = [[], [7, 4], [2, 3], [10, 3, 2, 3]];
const markers: readonly Marker[] = ['none', 'circle', 'square', 'triangle', 'diamond'];

/** The style of the run at a position: with 8 colours, the first 160 are distinct. */
export function styleAt(index: number, colors: readonly string[]): LineStyle {
  const round = Math.floor(index / colors.length);
  return {
    color: colors[index % colors.length] ?? 'currentColor',
    dash: dashes[round % dashes.length] ?? [],
    marker: markers[Math.floor(round / dashes.length) % markers.length] ?? 'none',
  };
}

/** The outline of a mark around a point, as SVG path data, which a canvas also accepts. */
export function markerPath(marker: Marker, x: number, y: number, size: number): string {
  const r = size / 2;
  switch (marker) {
    case 'none':
      return '';
    case 'circle':
      return `M${x - r},${y}a${r},${r} 0 1,0 ${size},0a${r},${r} 0 1,0 ${-size},0Z`;
    case 'square':
      return `M${x - r},${y - r}h${size}v${size}h${-size}Z`;
    case 'triangle':
      return `M${x},${y - r}L${x + r},${y + r}L${x - r},${y + r}Z`;
    case 'diamond':
      return `M${x},${y - r * 1.3}L${x + r},${y}L${x},${y + r * 1.3}L${x - r},${y}Z`;
  }
}
