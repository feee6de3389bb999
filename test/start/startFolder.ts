import { startHandlers } from '../../engineHost/startHandlers.ts';
import type { Answers } from '../helpers/viewPage.ts';
import { makeProject } from '../helpers/makeProject.ts';

/**
 * Rows of birds whose species can be predicted, with the flaws of a real table: an id, a text column with unique
 * values, missing values, a decimal comma.
 */
export function birds(rows = 90): string {
  const line = (i: number) =>
    `${i + 1};bird ${i};${['Biscoe', 'Dream', 'Torgersen'][(i >> 1) % 3]};${(35 + (i % 3) * 6 + ((i * 7) % 10) / 10).toFixed(1).replace('.', ',')};${i % 17 === 0 ? 'NA' : 3000 + (i % 3) * 700 + i};2024;${['Adelie', 'Chinstrap', 'Gentoo'][i % 3]}`;
  return `rowid;comment;island;beak length;body mass;year;species\n${Array.from({ length: rows }, (_, i) => line(i)).join('\n')}\n`;
}

export const program = `import argparse
import mlflow
import pandas as pd
from sklearn.linear_model import LogisticRegression
parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.1, help="step size")
parser.add_argument("--epochs", type=int, default=20)
args = parser.parse_args()
rows = pd.read_csv("birds.csv")
mlflow.sklearn.autolog()
LogisticRegression().fit(rows[["year"]], rows["species"])
`;

export function startFolder(files: Record<string, string | Uint8Array> = { 'birds.csv': birds() }): string {
  return makeProject(files, 'loopwright-start-');
}

/** Starts the real engine on a folder. Returns its client and a function that stops it. */
export function startAnswers(root: string): { answers: Answers; close: () => void } {
  const { handlers, close } = startHandlers(root);
  return { answers: handlers, close };
}
