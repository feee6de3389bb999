const none: Buffer = Buffer.alloc(0);
const noView: DataView = new DataView(none.buffer, none.byteOffset, 0);
let [first, firstView, second, secondView] = [none, noView, none, noView];

/** A view on a buffer, to read four bytes at once. The last two are kept. */
export function viewOf(bytes: Buffer): DataView {
  if (bytes === first) return firstView;
  if (bytes === second) return secondView;
  [second, secondView] = [first, firstView];
  first = bytes;
  firstView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return firstView;
}
