import { writeFiles } from './makeProject.ts';
import { orders, ordersCsv, ordersProject, type Order } from './ordersProject.ts';

const day = 86_400_000;

const known = (rows: readonly Order[]) =>
  rows.map((row) => `${row.id},${new Date(Date.parse(row.at) + 2 * day).toISOString()},${row.late}\n`).join('');

/** The small project with two weeks of traffic that was recorded: one as before, one with amounts that moved. */
export function replayProject(): string {
  const cwd = ordersProject();
  const quiet = orders({ rows: 700, firstDay: 62, days: 7, seed: 21, prefix: 'p' });
  const moved = orders({ rows: 700, firstDay: 69, days: 7, seed: 22, prefix: 's', shift: 150 });
  writeFiles(cwd, {
    'incoming/orders-2.csv': ordersCsv([...quiet, ...moved]),
    'replay/traffic.csv': `${ordersCsv([...quiet, ...moved])}bad,row,x,y,z,w\n`,
    'labels/labels-1.csv': `id,known_at,late\n${known(quiet)}${known(moved)}`,
  });
  return cwd;
}
