import { rules } from '../../engine/checks/rules.ts';
import { shapeCodes } from '../../engine/checks/shapeCodes.ts';
import type { Place, Problem, Severity } from '../../protocol/problem.ts';
import manifest from '../../package.json' with { type: 'json' };

const levels = { error: 'error', warning: 'warning', info: 'note' } as const;

/** The rule of a finding, as a log describes it. */
export interface SarifRule {
  code: string;
  name: string;
  docs: string;
  severity: Severity;
}

const checks: readonly SarifRule[] = [...shapeCodes, ...rules].toSorted((a, b) => a.code.localeCompare(b.code));

/**
 * Findings as a SARIF 2.1.0 log for code scanning of GitHub and others. Columns count UTF-16 code units, as in
 * `Problem`.
 */
export function sarif(problems: readonly Problem[], known: readonly SarifRule[] = checks): object {
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Loopwright',
            version: manifest.version,
            semanticVersion: manifest.version,
            rules: known.map(({ code, name, docs, severity }) => ruleOf(code, name, docs, severity)),
          },
        },
        columnKind: 'utf16CodeUnits',
        results: problems.map((problem) => ({
          ruleId: problem.code,
          ruleIndex: known.findIndex(({ code }) => code === problem.code),
          level: levels[problem.severity],
          message: { text: problem.message },
          locations: [{ physicalLocation: location(problem) }],
          ...(problem.related
            ? {
                relatedLocations: problem.related.map((place, id) => ({
                  id,
                  message: { text: place.message },
                  physicalLocation: location(place),
                })),
              }
            : {}),
          ...(problem.fixes
            ? {
                fixes: problem.fixes.map((fix) => ({
                  description: { text: fix.title },
                  artifactChanges: [...new Set(fix.edits.map(({ file }) => file))].map((file) => ({
                    artifactLocation: artifact(file),
                    replacements: fix.edits
                      .filter((edit) => edit.file === file)
                      .map((edit) => ({ deletedRegion: region(edit), insertedContent: { text: edit.newText } })),
                  })),
                })),
              }
            : {}),
        })),
      },
    ],
  };
}

function ruleOf(id: string, name: string, docs: string, severity: Severity): object {
  return {
    id,
    name,
    shortDescription: { text: name.replaceAll('-', ' ') },
    fullDescription: { text: docs },
    help: { text: docs },
    defaultConfiguration: { level: levels[severity] },
  };
}

function location(place: Place): object {
  return { artifactLocation: artifact(place.file), region: region(place) };
}

function artifact(file: string): object {
  return { uri: file.split('/').map(encodeURIComponent).join('/'), uriBaseId: '%SRCROOT%' };
}

function region({ line, column, endLine, endColumn }: Place): object {
  return { startLine: line, startColumn: column, endLine, endColumn };
}
