export { type Cassette, CASSETTE_ENDING, CassetteError, type CassetteExchange } from './cassette.ts';
export { headLine, keepable } from './keep.ts';
export { readCassette } from './read.ts';
export {
  createPlayback,
  createTap,
  type Miss,
  type Playback,
  type Played,
  type Reading,
  type RequestHead,
} from './server.ts';
