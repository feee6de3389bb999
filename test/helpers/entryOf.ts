export { entryOf } from '../../scripts/entryOf.ts';
