import type { KeyReference } from './profile.ts';

/** How a key is named wherever people see it: where it is kept, never what it is. */
export function keyLabel(reference: KeyReference): string {
  switch (reference.is) {
    case 'env':
      return `env:${reference.name}`;
    case 'keychain':
      return `keychain:${reference.account}`;
    case 'file':
      return `file:${reference.path}`;
    case 'inline':
      return 'inline';
  }
}
