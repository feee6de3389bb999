/** A metric by which runs are told apart, which way it gets better, and why it was chosen: `the first gate`. */
export interface PrimaryMetric {
  name: string;
  direction: 'maximize' | 'minimize';
  why: string;
}
