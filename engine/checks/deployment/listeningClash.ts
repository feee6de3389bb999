import { isLoopback } from '../../http/loopback.ts';
import type { CheckContext, Path, Rule } from '../rule.ts';
import { suggestion } from '../../base/didYouMean.ts';

export const listeningClash: Rule = {
  code: 'LW631',
  name: 'listening-clash',
  severity: 'error',
  docs: 'A stage that receives events or messages can never work: its folder or its session belongs to another stage too, it listens to other machines without a token, or a deployment passes events to a stage that receives none. Give each stage a folder and a `client_id` of its own, add `token_env`, or name a collect stage with `from: { events: … }`.',
  example: {
    wrong:
      'a: { uses: collect, with: { dataset: a, from: { events: data/spool } } }\n  b: { uses: collect, with: { dataset: b, from: { events: data/spool } } }',
    right:
      'a: { uses: collect, with: { dataset: a, from: { events: data/a-spool } } }\n  b: { uses: collect, with: { dataset: b, from: { events: data/b-spool } } }',
  },
  check(context) {
    const owners = new Map<string, string>();
    const listening: string[] = [];
    const claim = (stage: string, what: string, value: string, key: string) => {
      const owner = owners.get(`${what}\0${value}`);
      if (owner === undefined) owners.set(`${what}\0${value}`, stage);
      else
        context.report(
          fromPath(stage, key),
          `\`${owner}\` has the ${what} \`${value}\` too. Only one stage may use it.`,
        );
    };
    for (const [name, stage] of Object.entries(context.config.stages)) {
      if (!('uses' in stage) || stage.uses !== 'collect') continue;
      const { from } = stage.with;
      if ('events' in from) {
        listening.push(name);
        claim(name, 'folder', from.events.replace(/^\.\//, '').replace(/(?<!\/)\/+$/, ''), 'events');
        if (from.host !== undefined && !isLoopback(from.host) && from.token_env === undefined)
          context.report(
            fromPath(name, 'host'),
            `\`${name}\` would take events from everyone who can reach ${from.host}. Add \`token_env\`, or listen on 127.0.0.1.`,
          );
      }
      if ('mqtt' in from && from.client_id !== undefined) claim(name, 'session', from.client_id, 'client_id');
    }
    for (const [name, deployment] of Object.entries(context.config.deployments ?? {})) {
      if (deployment.as !== 'api') continue;
      for (const key of ['events', 'feedback'] as const) {
        const stage = deployment[key];
        if (stage === undefined || listening.includes(stage)) continue;
        const isKnown = Object.hasOwn(context.config.stages, stage);
        context.report(
          ['deployments', name, key],
          isKnown
            ? `\`${stage}\` receives no events: it is no collect stage with \`from: { events: … }\`.`
            : `There is no stage \`${stage}\`.${suggestion(stage, listening)}`,
        );
      }
      reportSame(context, name, deployment);
    }
  },
};

function reportSame(
  context: CheckContext,
  name: string,
  { events, feedback }: { events?: string | undefined; feedback?: string | undefined },
): void {
  if (events !== undefined && events === feedback)
    context.report(
      ['deployments', name, 'feedback'],
      `\`events\` and \`feedback\` go to the same stage. Events and true values need datasets of their own.`,
    );
}

function fromPath(stage: string, key: string): Path {
  return ['stages', stage, 'with', 'from', key];
}
