/**
 * Names of tools as Anthropic, Bedrock and OpenAI take them: letters, digits, `_` and `-`. Gemini's may have dots and
 * colons too. Such a character is spelled `_x2e_`, and read back in the answer without anything to remember.
 */
export function legalToolName(name: string): string {
  return name.replace(ILLEGAL, (character) => `_x${(character.codePointAt(0) ?? 0).toString(16)}_`);
}

/** The caller's own name of a tool that a model called by its legal one. */
export function originalToolName(name: string): string {
  return name.replace(SPELLED, (spelled: string, code: string) => {
    const point = Number.parseInt(code, 16);
    const character = point <= LAST_CODE_POINT ? String.fromCodePoint(point) : spelled;
    return LEGAL.test(character) ? spelled : character;
  });
}

const ILLEGAL = /[^a-zA-Z0-9_-]/gu;
const LEGAL = /^[a-zA-Z0-9_-]$/;
const SPELLED = /_x([0-9a-f]{1,6})_/g;
const LAST_CODE_POINT = 0x10_ff_ff;
