/** The column that says on which side a row is: train, validation or test. */
export const splitColumn = '_split';
