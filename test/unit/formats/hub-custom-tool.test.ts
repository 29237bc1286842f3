import { describe, expect, it } from 'vitest';

import { functionOf, unwrapInput, wrapInput } from '../../../src/formats/hub/custom-tool.ts';

describe('a tool that takes text', () => {
  it('becomes a function whose only argument is the text, with its grammar in words', () => {
    const tool = functionOf({
      name: 'apply_patch',
      description: 'Edits files.',
      custom: true,
      grammar: { syntax: 'lark', definition: 'start: "x"' },
    });
    expect(tool.custom).toBeUndefined();
    expect(tool.grammar).toBeUndefined();
    expect(JSON.parse(tool.schema ?? '')).toMatchObject({ required: ['input'] });
    expect(tool.description).toContain('Edits files.');
    expect(tool.description).toContain('start: "x"');
  });

  it('leaves a function as it is', () => {
    const tool = { name: 'f', schema: '{}' };
    expect(functionOf(tool)).toBe(tool);
  });

  it('gives the text of its calls back, whatever is in it', () => {
    const text = '*** Begin Patch\n"quoted" \\ \u2028 é';
    expect(unwrapInput(wrapInput(text))).toBe(text);
  });

  it('takes arguments of another shape for the text', () => {
    expect(unwrapInput('*** Begin Patch')).toBe('*** Begin Patch');
    expect(unwrapInput('{"patch":"x"}')).toBe('{"patch":"x"}');
  });
});
