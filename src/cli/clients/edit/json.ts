import {
  applyEdits,
  type FormattingOptions,
  modify,
  type ParseError,
  parse,
  printParseErrorCode,
} from 'jsonc-parser';

import type { Edit } from './edit.ts';

/** JSON as editors write it: comments and commas at the end may be in it. An empty file says nothing. */
export function readJson(text: string): unknown {
  if (text.trim() === '') return {};
  const errors: ParseError[] = [];
  const document: unknown = parse(text, errors, { allowTrailingComma: true });
  const [first] = errors;
  if (!first) return document;
  const line = text.slice(0, first.offset).split('\n').length;
  throw new Error(`line ${line}: ${printParseErrorCode(first.error)}`);
}

/** JSON as its standard has it. */
export function readStrictJson(text: string): unknown {
  return text.trim() === '' ? {} : JSON.parse(text);
}

/** Comments, order and spaces of all else stay. */
export function editJson(text: string, { path, value }: Edit): string {
  const whole = text.trim() === '' ? '{}\n' : text;
  const options = { formattingOptions: formattingOf(whole) };
  return applyEdits(whole, modify(whole, [...path], value, options));
}

/** As the rest of the file is indented. */
function formattingOf(text: string): FormattingOptions {
  const indent = /^([ \t]+)\S/m.exec(text)?.[1] ?? '  ';
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  return {
    insertSpaces: !indent.startsWith('\t'),
    tabSize: indent.startsWith('\t') ? 1 : indent.length,
    eol,
  };
}
