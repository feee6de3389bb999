import type { FastifyInstance } from 'fastify';
import { WorkError, messageOf } from '../base/errors.ts';
import type { Place } from '../../protocol/problem.ts';

export interface Address {
  host: string;
  /** 0 takes any free port. */
  port: number;
  /** The subject of an error message: `` `production` `` or `The tracking endpoint`. */
  server: string;
  /** How to choose another port, as the end of an error message. */
  remedy: string;
  /** Where the port is written, if it is. */
  place?: Partial<Place>;
}

/** Starts to listen and returns the URL. Throws WorkError when the port is taken, not allowed, or cannot be opened. */
export async function listen(app: FastifyInstance, address: Address): Promise<string> {
  const { host, port, server, remedy, place } = address;
  try {
    return await app.listen({ host, port });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE')
      throw new WorkError(`Port ${port} is in use, so ${server} cannot listen there. ${remedy}`, {
        cause: error,
        place: place ?? {},
      });
    if (code === 'EACCES')
      throw new WorkError(`This user may not open port ${port}; use a port from 1024 on.`, {
        cause: error,
        place: place ?? {},
      });
    throw new WorkError(`${host}:${port} is not available to ${server}: ${messageOf(error)}`, { cause: error });
  }
}
