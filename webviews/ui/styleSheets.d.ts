/**
 * esbuild turns a style sheet that is imported for its effect into a file beside the script, and in saved pages into
 * its text.
 */
declare module '*.css' {
  const text: string;
  export default text;
}

/** A font as a data address. */
declare module '*.ttf' {
  const address: string;
  export default address;
}
