/**
 * Reports a new size of an element in the next frame. A chart that resizes inside the callback can add a scroll bar,
 * which changes the size again, and the browser reports a loop.
 */
export function onResize(element: Element, resized: () => void): void {
  new ResizeObserver(() => requestAnimationFrame(resized)).observe(element);
}
