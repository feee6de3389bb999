import { DataError, ProjectError, WorkError } from '../../base/errors.ts';
import { queryError, type QueryText } from './queryText.ts';

/** An error that `helper/database.py` reports. */
export interface PythonFault {
  kind: 'missing' | 'dialect' | 'address' | 'connection' | 'query' | 'nothing' | 'unordered' | 'endless';
  message?: string;
  module?: string;
  package?: string | null;
  dialect?: string;
  python?: string;
  type?: string;
  value?: string;
  /** The connection broke, which can pass. */
  lost?: boolean;
}

/** Returns a fault as an error for the user. A plain Error is one that can pass. */
export function pythonFault(fault: PythonFault, query: QueryText, watermark: string | undefined): Error {
  const install = (name: string) => `\`${fault.python ?? 'python3'} -m pip install ${name}\` installs it`;
  const message = (fault.message ?? '').replaceAll(/\s+/g, ' ').replace(/\.$/, '');
  switch (fault.kind) {
    case 'missing':
      return new WorkError(
        `The Python of the project has no module \`${fault.module}\`, which reads this database: ${install(fault.package || (fault.module ?? ''))}.`,
      );
    case 'dialect':
      return new WorkError(
        fault.package
          ? `SQLAlchemy does not know \`${fault.dialect}\` without a further package: ${install(fault.package)}.`
          : `SQLAlchemy does not know the database \`${fault.dialect}\`. Correct the start of the address, or install the package that brings this dialect.`,
      );
    case 'address':
      return new ProjectError(
        'The address of the database cannot be read. It must be as SQLAlchemy writes it, such as mssql+pyodbc://user:password@host/name; special characters of the password are written as %40 and so on.',
      );
    case 'connection':
      return fault.lost
        ? new Error(message)
        : new WorkError(
            `The database could not be opened: ${message}. Check the address, the user and the password, and that it can be reached from here.`,
          );
    case 'nothing':
      return new DataError('The query gives no column. It must be one SELECT.', {
        place: { file: query.file ?? 'loopwright.yaml' },
      });
    case 'unordered':
      return new DataError(
        `The watermark ${watermark} contains values of the type ${fault.type}, which have no useful order. Use a column of numbers, times or texts.`,
      );
    case 'endless':
      return new DataError(
        `The highest ${watermark} is ${fault.value}, and no later row could be higher. Exclude such rows from the query.`,
      );
    case 'query': {
      if (fault.lost) return new Error(message);
      const line = Number(/\b(?:line|LINE) (\d+)\b/.exec(message)?.[1] ?? Number.NaN);
      const lines = query.sql.split('\n');
      // With a watermark the query starts on the second line of what is sent.
      const own = line - (watermark === undefined ? 0 : 1);
      const offset =
        Number.isNaN(line) || own < 1 || own > lines.length ? null : lines.slice(0, own - 1).join('\n').length + 1;
      return queryError(query, `${message}.`, offset, fault);
    }
  }
}
