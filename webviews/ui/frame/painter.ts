import { render } from 'lit';
import type { TemplateResult } from 'lit';

/** Renders at most once a frame, however many things changed. */
export function painter(view: () => TemplateResult, after: () => void = () => {}): () => void {
  const root = document.getElementById('view');
  if (!root) throw new Error('The page has no element for the view.');
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    // A timer rather than a frame: frames stop in a hidden tab, and the view should be ready when it is shown.
    setTimeout(() => {
      asked = false;
      render(view(), root);
      after();
    });
  };
}
