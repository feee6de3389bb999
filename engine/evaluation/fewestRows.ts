/**
 * With fewer rows behind a metric, one row more or less moves a share by more than 0.1, and a perfect record of rows
 * does not show more than 0.69 with 95 % confidence (Clopper and Pearson). A gate then needs `at_confidence`.
 */
export const fewestRows = 10;
