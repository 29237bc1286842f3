import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { legalToolName, originalToolName } from '../../../src/formats/hub/tool-names.ts';

describe('the name of a tool', () => {
  it('stays as it is when every target takes it', () => {
    expect(legalToolName('mcp__server-1__Get_it')).toBe('mcp__server-1__Get_it');
    expect(originalToolName('mcp__server-1__Get_it')).toBe('mcp__server-1__Get_it');
  });

  it('is spelled with what targets take, and read back', () => {
    expect(legalToolName('files.read:all')).toBe('files_x2e_read_x3a_all');
    expect(originalToolName('files_x2e_read_x3a_all')).toBe('files.read:all');
  });

  it('is not read back where nothing had to be spelled', () => {
    expect(originalToolName('mov_x61_x')).toBe('mov_x61_x');
    expect(originalToolName('_xffffff_')).toBe('_xffffff_');
  });

  it('comes back whatever it was', () => {
    const name = fc.string({ unit: 'binary' }).filter((text) => !/_x[0-9a-f]{1,6}_/.test(text));
    fc.assert(
      fc.property(name, (original) => {
        const legal = legalToolName(original);
        expect(legal).toMatch(/^[a-zA-Z0-9_-]*$/);
        // Two spelled characters in a row share no underscore, and one of the name's own never looks like one.
        expect(originalToolName(legal)).toBe(original);
      }),
    );
  });
});
