export { keyLabel } from '../core/key-label.ts';
export { type ConfigFile, type ConfigFileOptions, openConfigFile } from './config-file.ts';
export { type Config, emptyProfile } from './document.ts';
export { compareProfiles, withoutCredentials } from './exchange.ts';
export { environmentNames, profileFromEnvironment } from './environment.ts';
export { keyReferenceToJson, parseKeyReference } from './key-reference.ts';
export { keepKeyAt, keychainWays } from './kept-keys.ts';
export { renameOver } from './rename-over.ts';
export { createKeyResolver, explainUnresolved, type KeySources, loadKeys, openKeyFiles } from './keys.ts';
export {
  KEYCHAIN_SERVICE,
  type KeychainWays,
  removeFromKeychain,
  type RunProgram,
  writeKeychain,
} from './keychain.ts';
export { detectForeign, FOREIGN_KINDS, type ForeignKind, readForeign } from './import/read.ts';
export type { FoundSecret, Imported, LeftBehind } from './import/imported.ts';
export { looksLikeKey, mayBeKey } from './pasted-key.ts';
export { parsePlace, placeBelow, putAt, removeAt, valueAt } from './place.ts';
export { POLICY_KINDS } from './policy.ts';
export { type ConfigProblem, describeProblem } from './problem.ts';
export { JSON_SCHEMA } from './schema.ts';
export { isLoopback, settingsWithToken } from './settings.ts';
