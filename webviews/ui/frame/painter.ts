import { render } from 'lit';
import type { TemplateResult } from 'lit';

/** Renders at most once per frame, for any number of changes. */
export function painter(view: () => TemplateResult, after: () => void = () => {}): () => void {
  const root = document.getElementById('view');
  if (!root) throw new Error('The page has no element for the view.');
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    // A timer instead of a frame: frames stop in a hidden tab, and the view should be ready when it becomes visible.
    setTimeout(() => {
      asked = false;
      render(view(), root);
      after();
    });
  };
}
