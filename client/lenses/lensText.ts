import type { ModelVersionSummary, StageStatus } from '../../protocol/lifeCycle.ts';
import { stageLook } from '../views/stateIcons.ts';
import { duration, timeText } from '../../words/times.ts';

/** What stands beside ▶ above a stage: `fresh · pr_auc 0.912 · 2 hours ago · 42 s`, `stale: params.epochs 20 → 30`. */
export function lensText(stage: StageStatus, now = Date.now()): string {
  const look = stageLook[stage.state];
  const icon = `$(${look.icon})`;
  const last = stage.last;
  switch (stage.state) {
    case 'fresh':
      if (!last) return `${icon} ${look.word}`;
      return [
        `${icon} ${look.word}`,
        last.summary,
        timeText(last.startedAt, now),
        last.durationMs === null ? '' : duration(last.durationMs),
      ]
        .filter(Boolean)
        .join(' · ');
    case 'stale':
    case 'blocked': {
      const [first, ...others] = stage.reasons;
      const more = others.length === 0 ? '' : ` and ${others.length} more`;
      // What a blocked stage waits for says that it waits.
      return `${icon} ${first === undefined ? look.word : `${stage.state === 'blocked' ? '' : `${look.word}: `}${first}${more}`}`;
    }
    case 'failed':
      return `${icon} failed${last ? ` ${timeText(last.startedAt, now)}` : ''}${last?.summary ? ` · ${last.summary}` : ''}`;
    case 'refused':
      return [`${icon} refused`, last?.summary || stage.reasons[0] || '', last ? timeText(last.startedAt, now) : '']
        .filter(Boolean)
        .join(' · ');
    case 'running':
    case 'never':
      return `${icon} ${look.word}`;
  }
}

/** The newest version of the model that a stage makes: `model: sklearn · v3 validated`. */
export function modelLensText({ flavour, version, isValidated, ...one }: ModelVersionSummary): string {
  const state = !isValidated
    ? 'not validated'
    : one.isChampion
      ? 'champion'
      : one.gatesPassed === one.gatesTotal
        ? 'validated'
        : 'refused by its gates';
  return `$(package) model: ${[flavour ?? '', `v${version} ${state}`].filter(Boolean).join(' · ')}`;
}
