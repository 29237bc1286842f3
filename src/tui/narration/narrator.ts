import { noFacts } from '../feed/facts.ts';
import { type Feed, type FeedPorts, openFeed } from '../feed/feed.ts';
import { narrate, type Note } from './notes.ts';

/** Tells what happens, note by note, until closed. */
export function openNarration(ports: FeedPorts, onNote: (note: Note) => void): Feed {
  let facts = noFacts(ports.now());
  return openFeed(ports, (event) => {
    const step = narrate(facts, event);
    facts = step.facts;
    for (const note of step.notes) onNote(note);
  });
}
