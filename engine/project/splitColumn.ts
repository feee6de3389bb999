/** Column with the part of the split that contains a row: train, validation or test. */
export const splitColumn = '_split';
