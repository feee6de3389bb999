/** The runs to export: a filter of runs, and an experiment. */
export interface ExportQuery {
  filter?: string | undefined;
  experiment?: string | undefined;
}
