import { fork, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Fact } from '../../engine/facts/facts.ts';
import { factName, factsOf } from '../../engine/facts/factsOf.ts';
import { noFacts, type Facts } from '../../engine/facts/facts.ts';
import { factRequests, requestKey, type FactRequest } from '../../engine/facts/requests.ts';
import type { Project } from '../../engine/project/loadProject.ts';
import { isVirtual } from '../places.ts';
import type { Answer, Ask } from './messages.ts';

/** Delay between the last keystroke and a request for facts. */
const pauseMs = 150;
/** The idle time after which the process ends and frees its memory. */
const idleMs = 120_000;
const mostCrashes = 3;

interface Known {
  facts: Map<string, Fact>;
  stamps: Map<string, string>;
  /** The last fact of each kind by name, and the names by key. */
  last: Map<string, Fact>;
  names: Map<string, string>;
  /** The last request as one text, to avoid repeating it. */
  asked: string;
  pending: boolean;
}

/** Requests facts about the data from a separate process, and caches them. */
export class FactsClient {
  readonly #changed: (root: string) => void;
  readonly #log: (text: string) => void;
  readonly #warn: (text: string) => void;
  #warned = false;
  readonly #known = new Map<string, Known>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #requests = new WeakMap<Project, FactRequest[]>();
  #enabled = true;
  #child: ChildProcess | null = null;
  #idle: NodeJS.Timeout | undefined;
  #crashes = 0;

  /** `warn` notifies the user once: without data, fewer findings would look like fewer errors. */
  constructor(changed: (root: string) => void, log: (text: string) => void, warn: (text: string) => void) {
    this.#changed = changed;
    this.#log = log;
    this.#warn = (text) => {
      if (!this.#warned) warn(text);
      this.#warned = true;
    };
  }

  /** Disables facts: nothing is read, and cached facts are dropped. */
  set enabled(on: boolean) {
    if (on === this.#enabled) return;
    this.#enabled = on;
    if (on) return;
    for (const root of this.#known.keys()) this.forget(root);
    this.stop();
  }

  /** The cached facts; missing ones are requested, and `changed` is called when they arrive. */
  of(project: Project): Facts {
    if (!this.#enabled || isVirtual(project.root)) return noFacts;
    const requests = this.#requestsOf(project);
    this.#later(project.root, requests);
    return factsOf(requests, this.#of(project.root).facts);
  }

  /**
   * As `of`, but returns the fact for the previous question while the answer for an edited one is pending. For display,
   * not for findings.
   */
  latest(project: Project): Facts {
    if (!this.#enabled || isVirtual(project.root)) return noFacts;
    const requests = this.#requestsOf(project);
    this.#later(project.root, requests);
    const known = this.#of(project.root);
    return factsOf(requests, known.facts, known.last);
  }

  #requestsOf(project: Project): FactRequest[] {
    const known = this.#requests.get(project) ?? factRequests(project);
    this.#requests.set(project, known);
    return known;
  }

  /** True while requests are pending. */
  waiting(root: string): boolean {
    return this.#of(root).pending;
  }

  /** Files may have changed: requests all facts again. Cached facts stay until they are known to be outdated. */
  recheck(root: string): void {
    this.#of(root).asked = '';
  }

  forget(root: string): void {
    clearTimeout(this.#timers.get(root));
    this.#timers.delete(root);
    this.#known.delete(root);
  }

  stop(): void {
    clearTimeout(this.#idle);
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#child?.removeAllListeners();
    this.#child?.kill();
    this.#child = null;
  }

  #of(root: string): Known {
    const known = this.#known.get(root) ?? {
      facts: new Map(),
      stamps: new Map(),
      last: new Map(),
      names: new Map(),
      asked: '',
      pending: false,
    };
    this.#known.set(root, known);
    return known;
  }

  #later(root: string, requests: FactRequest[]): void {
    const known = this.#of(root);
    const keys = requests.map(requestKey);
    const asked = keys.join('\n');
    if (known.asked === asked) return;
    known.asked = asked;
    known.pending = true;
    known.names = new Map(requests.map((request, i) => [keys[i] ?? '', factName(request)]));
    clearTimeout(this.#timers.get(root));
    this.#timers.set(
      root,
      setTimeout(() => {
        // Facts that nobody requests any more are evicted.
        for (const key of known.facts.keys()) if (!keys.includes(key)) known.facts.delete(key);
        for (const key of known.stamps.keys()) if (!keys.includes(key)) known.stamps.delete(key);
        this.#send({
          root,
          requests: requests.map((request, i) => ({
            key: keys[i] ?? '',
            stamp: known.stamps.get(keys[i] ?? '') ?? null,
            request,
          })),
        });
      }, pauseMs),
    );
  }

  #send(ask: Ask): void {
    const child = this.#start();
    if (!child) return;
    child.send(ask, (error) => {
      if (error) this.#log(`facts: ${error.message}`);
    });
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#rest(), idleMs);
    this.#idle.unref();
  }

  #rest(): void {
    if ([...this.#known.values()].some(({ pending }) => pending))
      this.#idle = setTimeout(() => this.#rest(), idleMs).unref();
    else this.stop();
  }

  #start(): ChildProcess | null {
    if (this.#child) return this.#child;
    const program = programPath();
    if (!program || this.#crashes >= mostCrashes) return null;
    // Standard output may belong to the protocol.
    const child = fork(program, [], { stdio: ['ignore', 2, 2, 'ipc'], serialization: 'advanced', execArgv: [] });
    child.on('message', (answer: Answer) => this.#take(answer));
    child.once('error', (error) => this.#log(`The data cannot be read: ${error.message}`));
    child.once('exit', (code, signal) => {
      this.#child = null;
      this.#crashes++;
      this.#log(
        `The process that reads data ended (${signal ?? code}).${this.#crashes >= mostCrashes ? ' It will not be restarted.' : ''}`,
      );
      if (this.#crashes >= mostCrashes)
        this.#warn(
          'The process that reads data for Loopwright stopped too often; only the text of files is checked. Reload the window to try again.',
        );
      for (const [root, known] of this.#known) {
        known.asked = '';
        known.pending = false;
        if (this.#crashes < mostCrashes) this.#changed(root);
      }
    });
    this.#child = child;
    return child;
  }

  #take(answer: Answer): void {
    const known = this.#known.get(answer.root);
    if (!known) return;
    if ('error' in answer) {
      this.#log(`facts: ${answer.error}`);
      if (/Cannot find (module|package)/.test(answer.error))
        this.#warn(
          'Loopwright cannot read data: a part of its installation is missing, so only the text of files is checked. Reinstall the extension.',
        );
      return;
    }
    if ('done' in answer) {
      known.pending = false;
      this.#crashes = 0;
    } else if ('fact' in answer && answer.fact !== undefined) {
      known.facts.set(answer.key, answer.fact);
      known.stamps.set(answer.key, answer.stamp);
      const name = known.names.get(answer.key);
      if (name !== undefined) known.last.set(name, answer.fact);
    } else {
      known.facts.delete(answer.key);
      known.stamps.delete(answer.key);
    }
    this.#changed(answer.root);
  }
}

/** The program beside the bundle of the server, or beside its source. */
function programPath(): string | null {
  const folder = dirname(fileURLToPath(import.meta.url));
  return [join(folder, 'facts.cjs'), join(folder, 'main.ts')].find((path) => existsSync(path)) ?? null;
}
