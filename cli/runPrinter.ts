import type { RunEvents } from '../engine/runner/runRequest.ts';
import type { RunStatus } from '../protocol/lifeCycle.ts';
import { duration } from '../words/times.ts';
import { bar, type Terminal } from './terminal.ts';

const icons: Record<RunStatus, string> = {
  finished: '✓',
  failed: '✗',
  refused: '⊘',
  cancelled: '■',
  interrupted: '■',
  running: '●',
  scheduled: '○',
};

/**
 * Prints the progress of a run: one line per stage, indented logs, and a progress bar if the terminal can redraw it. With
 * `json` everything goes to standard error.
 */
export function runPrinter(terminal: Terminal, options: { json: boolean; quiet?: boolean }): RunEvents {
  const say = options.json ? terminal.note : terminal.line;
  let lastShare = -1;
  const progress = (begin: string, text: string, share: number | null) => {
    if (terminal.live)
      terminal.progress(`  ${share === null ? '' : `${bar(share)} ${Math.round(share * 100)} % `}${begin}${text}`);
    else if (!options.quiet && share !== null && Math.floor(share * 4) > lastShare) {
      // Without a terminal, a plain line at each quarter shows the progress.
      lastShare = Math.floor(share * 4);
      say(`  ${begin}${text} (${Math.round(share * 100)} %)`);
    }
  };
  return {
    onNote: (text) => terminal.note(text),
    onStart: ({ name, runId }, plan) => {
      lastShare = -1;
      say(
        terminal.style('bold', `run ${name}`) +
          terminal.style(
            'gray',
            ` ${runId.slice(0, 8)} · ${plan.filter((stage) => stage.state !== 'fresh').length} of ${plan.length} stages to check`,
          ),
      );
    },
    onStage: (stage, kind, reasons) => {
      lastShare = -1;
      say(
        `${terminal.style('cyan', '▶')} ${terminal.style('bold', stage)} ${terminal.style('gray', `${kind} · ${reasons.slice(0, 3).join('; ')}${reasons.length > 3 ? ` and ${reasons.length - 3} more` : ''}`)}`,
      );
    },
    onSkip: (stage) => say(`${terminal.style('gray', `· ${stage} is fresh`)}`),
    onLog: (_stage, line) => {
      if (!options.quiet) say(`  ${terminal.style('gray', '│')} ${terminal.program(line)}`);
    },
    onOpen: (_stage, rows) => {
      if (!options.quiet && (terminal.live || !options.json))
        terminal.open(rows.map((row) => `  ${terminal.style('gray', '│')} ${terminal.program(row)}`));
    },
    onHashing: (text, share) => progress('', text, share),
    onProgress: (stage, text, share) => progress(`${stage}: `, text, share),
    onStageEnd: (stage, status, summary, ms) => {
      terminal.progress(null);
      const colour = status === 'finished' ? 'green' : status === 'refused' ? 'yellow' : 'red';
      say(
        `${terminal.style(colour, icons[status])} ${stage} ${terminal.style('gray', `${duration(ms)}`)}  ${summary.replaceAll('\n', '\u240a')}`,
      );
    },
  };
}
