import type { Seen } from '../../behaviour.ts';
import type { KeyBinding } from '../../key.ts';
import { scrollKeys } from '../../scrolling.ts';
import { type CostAction, type CostScreen, furthestCost } from './state.ts';

/** The keys of the costs. */
export const COST_KEYS: readonly KeyBinding<Seen<CostScreen>, CostAction>[] = [
  ...scrollKeys(furthestCost),
  {
    keys: ['b'],
    shown: 'b',
    label: 'group',
    help: 'keep apart by provider, model, client or day',
    action: 'group',
    footer: 'b',
  },
  {
    keys: ['s'],
    shown: 's',
    label: 'span',
    help: 'the last day, 7 days, 30 days',
    action: 'span',
    footer: 's',
  },
  {
    keys: ['r'],
    shown: 'r',
    label: 'read again',
    help: 'read the record again',
    action: 'refresh',
    footer: 'r',
  },
];
