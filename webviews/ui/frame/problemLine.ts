import { html, nothing, render } from 'lit';
import type { FileProblem } from '../../../protocol/lifeCycle.ts';
import type { ViewAction } from '../../../protocol/webview.ts';
import { icon } from '../pieces.ts';

/**
 * Shows or hides the line above a view that explains why the view shows the last good state; the view is greyed
 * meanwhile.
 */
export function showProblem(problem: FileProblem | null, act: (action: ViewAction) => void): void {
  const view = document.getElementById('view');
  if (!view) return;
  const known = document.getElementById('problem-line');
  if (!problem && !known) return;
  const line = known ?? Object.assign(document.createElement('div'), { id: 'problem-line' });
  if (!known) view.before(line);
  line.hidden = problem === null;
  document.body.classList.toggle('last-good', problem !== null);
  render(
    problem
      ? html`<span role="status"
          >${icon('error')}
          <a
            href="#"
            class="link"
            @click=${(event: Event) => {
              event.preventDefault();
              act({ do: 'openFile', path: problem.file, line: problem.line });
            }}
            >${problem.file}:${problem.line}</a
          >
          ${problem.message} <span class="muted">The last good state is shown.</span></span
        >`
      : nothing,
    line,
  );
}
