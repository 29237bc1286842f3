import type { Loss } from '../../core/conversation.ts';

/** What a field may be called that is named in a header: the names of real ones, and no more. */
const NAME = /^[\w.:/-]{1,64}$/;

/** The loss of a request field that the hub has no word for. Its name comes from the caller and goes into a header. */
export function fieldLoss(name: string): Loss {
  return NAME.test(name) ? `field:${name}` : 'field:?';
}
