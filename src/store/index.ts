export { type AnswerCache, type AnswerCacheStatus, openAnswerCache } from './answer-cache.ts';
export { type Archive, type ArchiveFailure, type Inspection, openArchive } from './archive.ts';
export type { TrailFilter } from './filter.ts';
export type { Measure, MeasureBy, Measured, MeasuredGroup, MeasuredStep, MeasureQuery } from './measure.ts';
export { openDatabase } from './sqlite.ts';
export { openRecorder, type Recorder, type RecorderOptions } from './recorder.ts';
