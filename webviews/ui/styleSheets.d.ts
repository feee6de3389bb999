/** esbuild writes an imported style sheet to a file beside the script; in saved pages the import is its text. */
declare module '*.css' {
  const text: string;
  export default text;
}

/** A font as a data URL. */
declare module '*.ttf' {
  const address: string;
  export default address;
}
