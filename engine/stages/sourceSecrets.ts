import { CancelledError, DataError, ProjectError, WorkError, messageOf } from '../base/errors.ts';
import { envIn } from '../project/interpolate.ts';
import type { StageContext } from './stageContext.ts';

/** The values of the environment that the project names, and those that its sources use by themselves. */
export function secretsOf({ project }: Pick<StageContext, 'project'>): Record<string, string | undefined> {
  const names = [
    ...envIn(project.file.parsed.text),
    'AWS_SECRET_ACCESS_KEY',
    'AWS_SESSION_TOKEN',
    'PGPASSWORD',
    'MYSQL_PWD',
  ];
  return Object.fromEntries(
    names.map((name) => [name, Object.hasOwn(project.env, name) ? project.env[name] : undefined]),
  );
}

/** The same error without secrets in its message. Its cause may contain more, so it is left out. */
export function redacted(error: unknown, redact: (text: string) => string): unknown {
  if (error instanceof CancelledError) return error;
  const message = redact(messageOf(error));
  if (error instanceof ProjectError) return new ProjectError(message, error.problems);
  const options = error instanceof WorkError && error.place ? { place: error.place } : {};
  if (error instanceof DataError) return new DataError(message, options);
  if (error instanceof WorkError) return new WorkError(message, options);
  return message === messageOf(error) ? error : new Error(message);
}
