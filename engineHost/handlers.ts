import type { EngineMethod, EngineRequests } from '../protocol/engineHost.ts';

/** The functions that answer these methods. The signal aborts when the client cancels the request. */
export type Handlers<M extends EngineMethod = EngineMethod> = {
  [K in M]: (
    params: EngineRequests[K]['params'],
    signal?: AbortSignal,
  ) => EngineRequests[K]['result'] | Promise<EngineRequests[K]['result']>;
};

/** The handlers of one area: those whose methods begin with `data/`, for example. */
export type AreaHandlers<Area extends string> = Handlers<Extract<EngineMethod, `${Area}/${string}`>>;
