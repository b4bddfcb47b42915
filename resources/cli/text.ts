import { stripVTControlCharacters } from 'node:util';

/** Columns of a terminal that every line fits into. */
export const WIDTH = 100;

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Without width: combining marks and format characters that stand alone. */
const isInvisible = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}]+$/u;
/** Two columns: emoji, and the wide characters of East Asia (Unicode Standard Annex 11). */
const isWide =
  /\p{Emoji_Presentation}|\p{Extended_Pictographic}\u{fe0f}|[\u{1100}-\u{115f}\u{2e80}-\u{303e}\u{3041}-\u{a4cf}\u{a960}-\u{a97c}\u{ac00}-\u{d7a3}\u{f900}-\u{faff}\u{fe30}-\u{fe6f}\u{ff00}-\u{ff60}\u{ffe0}-\u{ffe6}\u{17000}-\u{18cff}\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]/u;

const graphemeWidth = (grapheme: string): number =>
  isInvisible.test(grapheme) ? 0 : isWide.test(grapheme) ? 2 : 1;

/** How many columns of a terminal a text takes; colours take none. */
export function widthOf(text: string): number {
  const shown = stripVTControlCharacters(text);
  if (/^[\x20-\x7e]*$/.test(shown)) return shown.length;
  let width = 0;
  for (const { segment } of graphemes.segment(shown)) width += graphemeWidth(segment);
  return width;
}

/** The text in so many columns at most; what is cut off is replaced by `…`, and a cut text loses its colours. */
export function truncate(text: string, width = WIDTH): string {
  if (widthOf(text) <= width) return text;
  let kept = '';
  let left = width - 1;
  for (const { segment } of graphemes.segment(stripVTControlCharacters(text))) {
    left -= graphemeWidth(segment);
    if (left < 0) break;
    kept += segment;
  }
  return `${kept}…`;
}

/**
 * One line of text without what a terminal acts upon: escape sequences, control characters, characters that have no glyph
 * or turn the direction of others, halves of surrogate pairs. For text that somebody else wrote.
 */
export const plain = (text: string): string =>
  stripVTControlCharacters(text)
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\p{Cf}\p{Cs}\s]+/gu, ' ')
    .trim();

/** Keeps line breaks and every character, but shows those that `plain` takes out as `\u{…}`. */
export const visible = (text: string): string =>
  text.replaceAll(/[^\P{C}\n]|[\p{Zl}\p{Zp}]/gu, (character) => {
    return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  });

/** `12,345` */
export const count = (number: number): string => number.toLocaleString('en-US');
