/** The part of a VS Code log channel that the engine host needs, so that it can be tested without VS Code. */
export interface Log {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
  debug(message: string): void;
}
