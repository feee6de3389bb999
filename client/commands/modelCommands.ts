import { window } from 'vscode';
import type { GateResult } from '../../protocol/runs.ts';
import type { ModelVersionSummary } from '../../protocol/lifeCycle.ts';
import { commandIds } from '../commandIds.ts';
import type { CommandId } from '../commandIds.ts';
import { messageOf } from '../host/engineError.ts';
import type { Project } from '../projects/project.ts';
import type { RowSubject } from '../views/row.ts';
import { ago, metric } from '../words.ts';
import { choice, mayRun, overviewOf, pick, projectOf } from './ask.ts';
import type { CommandContext } from './context.ts';

type Handler = (subject?: RowSubject) => Promise<void>;

/** Promotion and its way back. Both name what changes and ask a person first. */
export function modelCommands(context: CommandContext): Partial<Record<CommandId, Handler>> {
  return {
    [commandIds.promote]: async (given) => {
      const project = (await mayRun()) ? await projectOf(context, given) : undefined;
      if (!project) return;
      const version = given?.version ?? (await pickVersion(project));
      if (version !== undefined) await promote(project, version);
    },
    [commandIds.rollBack]: async (given) => {
      const project = (await mayRun()) ? await projectOf(context, given) : undefined;
      if (project) await rollBack(project);
    },
  };
}

async function promote(project: Project, version: number): Promise<void> {
  const { models } = await overviewOf(project);
  const champion = championOf(models);
  if (champion?.version === version) {
    void window.showInformationMessage(`v${version} is the champion already.`);
    return;
  }
  const card = await project.engine.request('models/card', { version });
  const lines = [`${card.verdict.text}`, ...card.gates.map(gateLine)];
  lines.push('', champion ? `v${champion.version} stays in the registry; "Roll back" brings it back.` : 'It becomes the first champion.');
  const button = 'Promote';
  const answer = await window.showWarningMessage(`Promote ${card.model} v${version} to champion?`, { modal: true, detail: lines.join('\n') }, button);
  if (answer !== button) return;
  try {
    const done = await project.engine.request('models/promote', { version });
    void window.showInformationMessage(`${card.model} v${done.version} is the champion now${done.previous === null ? '' : `, in place of v${done.previous}`}.`);
  } catch (error) {
    void window.showErrorMessage(`v${version} was not promoted. ${messageOf(error)}`);
  }
  await project.refresh();
}

async function rollBack(project: Project): Promise<void> {
  const champion = championOf((await overviewOf(project)).models);
  if (!champion) {
    void window.showInformationMessage('There is no champion to roll back from.');
    return;
  }
  const button = 'Roll back';
  const detail = `v${champion.version} loses the alias "champion"; the champion before it serves again. Nothing is deleted.`;
  const answer = await window.showWarningMessage(`Roll back ${champion.model} from v${champion.version}?`, { modal: true, detail }, button);
  if (answer !== button) return;
  try {
    const done = await project.engine.request('models/rollback', {});
    void window.showInformationMessage(`${champion.model} v${done.version} is the champion again.`);
  } catch (error) {
    void window.showErrorMessage(`Nothing was rolled back. ${messageOf(error)}`);
  }
  await project.refresh();
}

export function gateLine(gate: GateResult): string {
  const bounds = [gate.min === null ? '' : `≥ ${gate.min}`, gate.max === null ? '' : `≤ ${gate.max}`].filter(Boolean).join(' and ');
  const value = gate.value === null ? (gate.note || 'no value') : metric(gate.value);
  return `${gate.passed ? '✓ passed' : '✗ failed'}  ${gate.gate}: ${value} (${bounds})`;
}

function championOf(models: ModelVersionSummary[]): ModelVersionSummary | undefined {
  return models.find((version) => version.aliases.includes('champion'));
}

async function pickVersion(project: Project): Promise<number | undefined> {
  const { models } = await overviewOf(project);
  if (models.length === 0) {
    void window.showInformationMessage('No model version yet. Run the stages up to validate: that registers one.');
    return undefined;
  }
  const rows = models.map((one) => choice(one.version, `v${one.version}`, [`${one.gatesPassed} of ${one.gatesTotal} gates`, ...one.aliases, ago(one.createdAt)].join(' · '), 'package'));
  return pick('Promote which version?', rows);
}
