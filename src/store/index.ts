export { type Archive, type ArchiveFailure, openArchive } from './archive.ts';
export type { TrailFilter } from './filter.ts';
export { openDatabase } from './sqlite.ts';
export { openRecorder, type Recorder, type RecorderOptions } from './recorder.ts';
