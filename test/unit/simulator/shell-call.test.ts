import { expect, it } from 'vitest';

import { PLAIN_QUESTION, type Question, type Tool } from '../../../src/simulator/content/question.ts';
import { chooseCalls } from '../../../src/simulator/content/tools.ts';
import { PLAIN_RECIPE } from '../../../src/simulator/recipe.ts';

const LOOKUP: Tool = { name: 'lookup', schema: { type: 'object', properties: {} } };
const BASH: Tool = {
  name: 'Bash',
  schema: {
    type: 'object',
    properties: {
      command: { type: 'string' },
      timeout: { type: 'number' },
      run_in_background: { type: 'boolean' },
      description: { type: 'string' },
    },
    required: ['command', 'description'],
  },
};
const SHELL: Tool = {
  name: 'shell',
  schema: {
    type: 'OBJECT',
    properties: { command: { type: 'ARRAY', items: { type: 'STRING' } } },
    required: ['command'],
  },
};
const SCRIPT: Tool = { name: 'exec', schema: { type: 'object', properties: { input: { type: 'string' } } } };

function callsFor(text: string, tools: readonly Tool[], more: Partial<Question> = {}): unknown[] {
  const turns = [{ by: 'user', text }] as const;
  const calls = chooseCalls({ ...PLAIN_QUESTION, turns, tools, ...more }, PLAIN_RECIPE, 1);
  return calls.map((call) => [call.name, JSON.parse(call.arguments)]);
}

it('runs an agent’s shell tool with a command that changes nothing, and gives it nothing it need not have', () => {
  const [[name, given]] = callsFor('Please use a tool.', [LOOKUP, BASH]) as [[string, object]];
  expect(name).toBe('Bash');
  expect(given).toEqual({ command: "echo 'hello from the simulator'", description: expect.any(String) });
});

it('gives a shell tool that takes words a list of them', () => {
  expect(callsFor('Use the tool shell', [SHELL])).toEqual([
    ['shell', { command: ['echo', 'hello from the simulator'] }],
  ]);
});

it('gives a tool that takes a script a script', () => {
  expect(callsFor('Use a tool', [SCRIPT])).toEqual([
    ['exec', { input: 'text("hello from the simulator");' }],
  ]);
});

it('takes the first tool where none runs commands', () => {
  expect(callsFor('Use a tool', [LOOKUP])).toEqual([['lookup', {}]]);
});

it('does not take for a wish what an agent reminds its model of', () => {
  expect(
    callsFor('<system-reminder>\nYou have lookup and Bash.\n</system-reminder>Hello', [LOOKUP, BASH]),
  ).toEqual([]);
});

it('hears the person also when a system message follows', () => {
  const turns = [
    { by: 'user', text: 'Please use a tool.' },
    { by: 'system', text: 'It is Monday.' },
  ] as const;
  expect(callsFor('', [BASH], { turns })).toHaveLength(1);
});
