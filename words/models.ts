/** A version in a list or a message: `v3`, with the name of its model in front where there are several. */
export function versionText({ name, version }: { name: string; version: number }, several: boolean): string {
  return several ? `${name} v${version}` : `v${version}`;
}
