import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { StageStatus } from '../../protocol/lifeCycle.ts';
import { plural } from '../../words/numbers.ts';
import { duration } from '../../words/times.ts';
import { errorBar, icon, skeleton } from '../ui/pieces.ts';
import type { Piece } from '../ui/pieces.ts';
import type { Actions, Model, Progress, Written } from './model.ts';

/** The progress of the first run, and the next step as one button at its end. */
export function progressView({ progress }: Model, written: Written, actions: Actions): TemplateResult {
  const { value } = progress;
  return html` ${written.files.length > 0 ? html`<p class="muted wrote">${icon('check')} Wrote ${written.files.join(', ')}.</p>` : nothing}
  ${progress.error !== null && !progress.loading ? errorBar(progress.error, actions.again) : nothing}
  ${value ? runView(value, written, actions) : progress.error === null ? skeleton(5) : nothing}`;
}

function runView(value: Progress, written: Written, actions: Actions): TemplateResult {
  const { overview, run } = value;
  if (written.kind === 'import') return importedView(value, actions);
  const isRunning = run?.status === 'running' || run?.status === 'scheduled';
  return html`<section>
    <h2>
      ${!written.run ? 'Created' : run === null ? 'The first run starts…' : isRunning ? html`<i class="codicon codicon-loading codicon-modifier-spin" aria-hidden="true"></i> First run: ${run.name}` : `First run: ${run.name}, ${statusWords(value)}`}
    </h2>
    ${isRunning && run?.progress ? html`<p class="muted" role="status">${run.progress}</p>` : nothing}
    <ol class="stages">
      ${overview.stages.map((stage) => stageLine(stage, isRunning))}
    </ol>
    ${nextStep(value, written, isRunning, actions)}
  </section>`;
}

function statusWords({ run, overview }: Progress): string {
  const model = overview.models[0];
  if (model && model.gatesTotal > 0 && model.gatesPassed < model.gatesTotal) return 'refused by its gates';
  return run?.status ?? '';
}

function stageLine({ name, state, last, kind }: StageStatus, isRunning: boolean): TemplateResult {
  const looks: Partial<Record<StageStatus['state'], [string, string]>> = {
    running: ['loading codicon-modifier-spin', 'running'],
    fresh: ['pass', 'done'],
    failed: ['error', 'failed'],
  };
  const [mark, word] = looks[state] ?? ['circle-large-outline', isRunning ? 'waits' : 'not run'];
  return html`<li class="stage ${state}">
    <i class="codicon codicon-${mark}" aria-hidden="true"></i><strong>${name}</strong
    ><span class="muted"
      >${state === 'fresh' || state === 'failed' ? (last?.summary ?? word) : word}${last?.durationMs && state === 'fresh' ? ` · ${duration(last.durationMs)}` : ''}</span
    ><span class="visually-hidden">${kind} ${word}</span>
  </li>`;
}

function nextStep({ overview, run }: Progress, written: Written, isRunning: boolean, actions: Actions): Piece {
  const model = overview.models[0];
  const project = {
    label: 'Open loopwright.yaml',
    run: () => actions.act({ do: 'openFile', path: 'loopwright.yaml', line: null }),
  };
  const step = (
    words: string,
    primary: { label: string; run(): void },
    second: { label: string; run(): void } | null,
  ): TemplateResult =>
    html`<div class="next" role="status">
      <p>${words}</p>
      <div class="choices">
        <vscode-button id="next" @click=${() => primary.run()}>${primary.label}</vscode-button
        >${second ? html`<vscode-button secondary @click=${() => second.run()}>${second.label}</vscode-button>` : nothing}
      </div>
    </div>`;
  if (!written.run)
    return step(
      'The project is written and ready to run.',
      { label: 'Run it', run: () => actions.act({ do: 'runStage', stage: null, experiment: null }) },
      project,
    );
  if (run === null) return nothing;
  if (isRunning)
    return written.kind === 'script'
      ? step(
          'The run is in progress. Its log, params and metrics appear as the program logs them.',
          { label: 'Open the live run', run: () => actions.act({ do: 'openRun', runId: run.runId }) },
          project,
        )
      : nothing;
  if (model) {
    const [name, value] = Object.entries(model.metrics)[0] ?? [];
    const passed = model.gatesPassed === model.gatesTotal;
    const words = `Version ${model.version}${name !== undefined && value !== undefined ? ` reached ${name} ${Number(value.toPrecision(3))}` : ''} and ${passed ? `passed ${plural(model.gatesTotal, 'gate')}` : `${model.gatesTotal - model.gatesPassed} of ${plural(model.gatesTotal, 'gate')} failed: the data may say too little about the target, or the gate asks for much`}.`;
    return step(
      words,
      {
        label: 'Open the model card',
        run: () => actions.act({ do: 'openCard', name: model.model, version: model.version }),
      },
      project,
    );
  }
  if (run.status === 'finished')
    return step(
      'The first run is done.',
      { label: 'Open the run', run: () => actions.act({ do: 'openRun', runId: run.runId }) },
      project,
    );
  return step(
    'The run did not finish. See its log for the reason.',
    { label: 'Open the run', run: () => actions.act({ do: 'openRun', runId: run.runId }) },
    { label: 'Run again', run: () => actions.act({ do: 'runStage', stage: null, experiment: null }) },
  );
}

function importedView({ run, overview }: Progress, actions: Actions): TemplateResult {
  const runs = overview.experiments.reduce((sum, { runCount }) => sum + runCount, 0);
  if (run === null)
    return html`<section>
      <h2>Importing…</h2>
      <p class="muted">The terminal shows the progress.</p>
    </section>`;
  return html`<section>
    <h2>${plural(runs, 'run')} imported</h2>
    <div class="next">
      <div class="choices">
        <vscode-button id="next" @click=${() => actions.act({ do: 'openRun', runId: run.runId })}
          >Open the run history</vscode-button
        >
      </div>
    </div>
  </section>`;
}
