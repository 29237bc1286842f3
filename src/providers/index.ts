export { findPreset, PRESETS } from './presets.ts';
