/**
 * Tells that an element has another size, in the next frame: a chart that changes its size while the sizes are being
 * told may bring a scroll bar, which is another size yet, and the browser reports a loop.
 */
export function onResize(element: Element, resized: () => void): void {
  new ResizeObserver(() => requestAnimationFrame(resized)).observe(element);
}
