import type { Project } from '../project/loadProject.ts';
import type { DatasetSchema } from '../project/schema/datasetSchema.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import type { FromMqtt } from '../project/schema/sources/mqtt.ts';
import { mqttPlan } from '../data/sources/mqtt/mqttPlan.ts';
import { receiveMessages, type MessageCounts } from '../data/sources/mqtt/receiveMessages.ts';

/** A collect stage that receives the messages of a broker. */
export interface MessageStage {
  name: string;
  from: FromMqtt;
  /** The schema of its dataset; null when there is none. */
  schema: DatasetSchema | null;
}

export interface RunningReceiver {
  stage: string;
  /** Address of the broker, without user and password. */
  broker: string;
  counts(): MessageCounts;
  isConnected(): boolean;
  close(): Promise<void>;
}

/** The stages that receive messages of a broker. */
export function messageStages(project: Project, config: ProjectConfig): MessageStage[] {
  return Object.entries(config.stages ?? {}).flatMap(([name, stage]): MessageStage[] => {
    if (!('uses' in stage) || stage.uses !== 'collect' || !('mqtt' in stage.with.from)) return [];
    const path = config.datasets?.[stage.with.dataset]?.schema;
    const schema = path === undefined ? null : (project.schemas.get(path)?.value ?? null);
    return [{ name, from: stage.with.from, schema }];
  });
}

/** Receives the messages of a stage until it is closed. Rejects with WorkError, SpoolBusyError among them. */
export async function listenForMessages(
  project: Project,
  { name, from, schema }: MessageStage,
  options: { signal: AbortSignal; log: (line: string) => void },
): Promise<RunningReceiver> {
  const plan = mqttPlan(project.root, project.env, from);
  const receiver = await receiveMessages(plan, schema, { ...options, log: (line) => options.log(`${name}: ${line}`) });
  return { ...receiver, stage: name, broker: plan.shown };
}
