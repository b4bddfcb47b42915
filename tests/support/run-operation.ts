import type { Command, Values } from '#resources/cli/ops/command.ts';

/** When the commands begin; as they wait, time passes. */
const NOW = Date.parse('2026-11-24T00:00:00.000Z');

/** Runs a command against functions that answer one after the other, each after `takes` ms; tells what they were asked. */
export async function runOperation(command: Command, values: Values, answers: object[], takes = 0) {
  const asked: object[] = [];
  let time = NOW;
  const shown: [number, string][] = [];
  const outcome = await command.run(values, {
    invoke: async (_, event) => {
      asked.push(event);
      time += takes;
      const answer = answers.shift();
      if (!answer) throw new Error('asked once too often');
      return answer;
    },
    progress: { show: (part, text) => shown.push([part, text]), done() {} },
    clock: {
      now: () => time,
      sleep: async (ms) => {
        time += ms;
      },
    },
  });
  return { asked, shown, outcome };
}
