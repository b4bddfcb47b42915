import type { Break, Changes, Note } from './change.ts';
import type { ConsumerContract, Contract } from './contract.ts';

/** Consumers that go, filters that nothing can match, and filters that let other events through than before. */
export function consumerChanges(before: Contract, today: Contract): Changes {
  const breaks: Break[] = today.consumers.flatMap((consumer) => deafBreaks(today, consumer));
  const notes: Note[] = [];
  for (const old of before.consumers) {
    const consumer = today.consumers.find(({ name }) => name === old.name);
    if (!consumer) {
      const why = 'is gone, and its queue goes with the messages in it';
      const remedy =
        'Deploy it once more with nothing in its filter that comes, and remove it when its queues are empty.';
      breaks.push({
        at: `consumer ${old.name}`,
        kind: 'consumer',
        direction: 'backward',
        why,
        hurts: [old.name],
        remedy,
      });
      continue;
    }
    notes.push(...filterNotes(old, consumer));
  }
  const names = new Set(before.consumers.map(({ name }) => name));
  for (const { name } of today.consumers) {
    if (!names.has(name))
      notes.push({
        at: `consumer ${name}`,
        text: 'is new, and gets what is published from its deployment on.',
      });
  }
  return { breaks, notes };
}

/** A filter on an attribute that an event does not carry, or carries as something else, lets none of these events through. */
function deafBreaks(today: Contract, { name, filter, eventTypes }: ConsumerContract): Break[] {
  return eventTypes.flatMap((eventType) => {
    const attributes = today.events.find((event) => event.eventType === eventType)?.attributes;
    if (!attributes) return [];
    return Object.entries(filter).flatMap(([attribute, conditions]) => {
      const isNumeric = conditions.some((one) => typeof one === 'object' && one !== null && 'numeric' in one);
      const mayLack = conditions.some((one) => typeof one === 'object' && one !== null && 'exists' in one);
      const type = attributes[attribute];
      const why =
        type === undefined && !mayLack
          ? `asks for the attribute ${attribute}, which ${eventType} does not carry`
          : isNumeric && type !== undefined && type !== 'number'
            ? `compares the attribute ${attribute} of ${eventType} as a number, which is a ${type}`
            : undefined;
      const remedy = `Declare it in \`attributes\` of ${eventType}, or change the filter.`;
      return why
        ? [{ at: `consumer ${name}`, kind: 'consumer', direction: 'forward', why, hurts: [name], remedy }]
        : [];
    });
  });
}

function filterNotes(old: ConsumerContract, consumer: ConsumerContract): Note[] {
  const at = `consumer ${consumer.name}`;
  const more = consumer.eventTypes.filter((eventType) => !old.eventTypes.includes(eventType));
  const fewer = old.eventTypes.filter((eventType) => !consumer.eventTypes.includes(eventType));
  const notes: Note[] = [];
  if (more.length > 0) notes.push({ at, text: `gets ${more.join(', ')} as well, from its deployment on.` });
  if (fewer.length > 0) notes.push({ at, text: `gets no ${fewer.join(', ')} any more.` });
  if (notes.length === 0 && JSON.stringify(old.filter) !== JSON.stringify(consumer.filter)) {
    notes.push({ at, text: 'has another filter.' });
  }
  return notes;
}
