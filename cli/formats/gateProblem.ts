import type { GateTest } from '../../protocol/gates.ts';
import type { Problem } from '../../protocol/problem.ts';
import type { SarifRule } from './sarif.ts';

/** A gate that did not pass, as a finding at its line. */
export function gateProblem({ gate, outcome, message, place }: GateTest): Problem {
  return { ...place, code: `gate-${outcome}`, severity: 'error', message: `\`${gate}\`: ${message}` };
}

export const gateRules: readonly SarifRule[] = [
  { code: 'gate-failed', name: 'gate-failed', docs: 'The metric does not meet the bound.' },
  {
    code: 'gate-undecidable',
    name: 'gate-undecidable',
    docs: 'The interval of the metric lies on both sides of the bound: more rows would tell.',
  },
  {
    code: 'gate-outdated',
    name: 'gate-outdated',
    docs: 'Data, code, params or the bound changed since the gate was judged.',
  },
  { code: 'gate-missing', name: 'gate-missing', docs: 'The gate was never judged.' },
].map((rule) => ({ ...rule, severity: 'error' as const }));
