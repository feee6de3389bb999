import type { Table } from '../../data/table.ts';
import type { RemoteProtocolName } from '../../project/schema/models.ts';
import type { ModelDescription, RawAnswers, TypedInput } from '../flavours/flavour.ts';
import type { RemoteAddress } from './address.ts';
import type { ModelServer } from './modelServer.ts';

/** A model behind an address. */
export interface RemoteModel {
  description: ModelDescription;
  /** The most rows that one request may hold. */
  mostRows: number;
  /** Sends one request. The answer has as many rows as the table. */
  ask(table: Table, inputs: readonly TypedInput[], signal?: AbortSignal): Promise<RawAnswers>;
}

/** The way in which a server takes rows and returns predictions. */
export interface RemoteProtocol {
  name: RemoteProtocolName;
  /** True when the server speaks it. */
  isSpoken(server: ModelServer): Promise<boolean>;
  connect(server: ModelServer, address: RemoteAddress): Promise<RemoteModel>;
}
