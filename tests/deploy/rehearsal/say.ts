/** Tells at once what is going on: Jest prints nothing before a file has ended. */
export function say(text: string): void {
  process.stderr.write(`[rehearsal ${new Date().toISOString().slice(11, 19)}] ${text}\n`);
}
