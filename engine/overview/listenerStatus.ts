import type { ListenerStatus } from '../../protocol/listenerStatus.ts';
import { brokerAddress, messageFolder } from '../data/sources/mqtt/mqttPlan.ts';
import { spoolHolderState } from '../data/spool/claimSpool.ts';
import { waitingBytes } from '../data/spool/segments.ts';
import type { CollectSource } from '../project/schema/collectStage.ts';
import { projectPath } from '../base/projectPath.ts';

/** Who receives the events or messages of a source, and what waits in its spool; null for a source that is read. */
export function listenerStatus(root: string, from: CollectSource): ListenerStatus | null {
  const folder = 'events' in from ? projectPath(root, from.events) : 'mqtt' in from ? messageFolder(root, from) : null;
  if (folder === null) return null;
  const holder = spoolHolderState(folder);
  return {
    state: holder === null ? 'stopped' : holder.isAlive ? 'listening' : 'died',
    pid: holder?.pid ?? null,
    address: holder?.url ?? ('mqtt' in from ? brokerAddress(from.mqtt) : null),
    taken: holder?.taken ?? null,
    lastAt: holder?.lastAt ?? null,
    waitingBytes: waitingBytes(folder, true),
  };
}
