/** A message of an operation that begins with what it says of its fields. */
const saysOfFields = /^(say one of: |\w+ (and \w+ )?(must be|are both|goes with) )/;

/**
 * The message of an operation in the words of its command line: the function names fields (`publisherFailures`), the person
 * has typed flags (`--publisher-failures`).
 * @param flags those of the command, without the hyphens
 */
export function inFlags(message: string, flags: readonly string[]): string {
  const isSentence = saysOfFields.test(message);
  return flags.reduce((text, flag) => {
    const field = flag.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
    const named = isSentence
      ? new RegExp(`(?<![\\w-])${field}\\b`, 'g')
      : new RegExp(`(?<=^|; )${field}(?=: )`, 'g');
    return text.replace(named, `--${flag}`);
  }, message);
}
