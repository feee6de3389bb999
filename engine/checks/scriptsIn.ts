import { normalisePath, pathsOverlap } from '../base/glob.ts';
import type { CmdStage } from '../project/schema/cmdStage.ts';
import type { CheckContext } from './rule.ts';

const interpreter = /^(python[\d.]*|node|bash|sh|zsh|rscript|julia|perl|ruby|bun|tsx|run)$/i;
const script = /^[\w][\w./-]*\.(py|mjs|cjs|js|ts|sh|r|jl|pl|rb)$/i;

/** Scripts of the project that a command surely runs and that its stage does not name under `deps`. */
export function undeclaredScripts(context: CheckContext, stage: CmdStage): string[] {
  // After `cd` the same name may be another file.
  if (/(^|[\s;&|(])(cd|pushd)\s/.test(stage.cmd)) return [];
  const words = stage.cmd.split(/\s+/).map((word) => word.replaceAll(/^["']|(?<!["';)])["';)]+$/g, ''));
  const scripts = words.flatMap((word, i) => {
    const path = normalisePath(word);
    if (!script.test(path) || !runs(words, i)) return [];
    return context.project.files.exists(path) && !(stage.deps ?? []).some((dep) => pathsOverlap(dep, path))
      ? [path]
      : [];
  });
  return [...new Set(scripts)];
}

/** The word before, flags left out, runs scripts; or the script is run by its own name. */
function runs(words: readonly string[], at: number): boolean {
  let before = at - 1;
  while (before >= 0 && /^-{1,2}[A-Za-z][\w-]*$/.test(words[before] ?? '') && !/^-[cem]$/.test(words[before] ?? ''))
    before--;
  const program = (words[before] ?? '').split('/').at(-1) ?? '';
  return (
    interpreter.test(program) ||
    (words[at]?.startsWith('./') === true && (at === 0 || /^(&&|\|\||;)$/.test(words[at - 1] ?? '')))
  );
}
