import { CommandRejected } from '#kit/events/command-rejected.ts';
import type { CustomerEvent } from './events.ts';
import type { CustomerState } from './evolve.ts';

export type CustomerCommand =
  | { type: 'register'; name: string; email: string }
  | { type: 'rename'; name: string };

/** Rule → what a person reads. Clients know the rules by name: never rename one. */
export const customerRules = {
  customer_already_registered: 'This customer is already registered.',
  customer_not_found: 'There is no such customer.',
} as const;

export function decide(command: CustomerCommand, state: CustomerState): CustomerEvent[] {
  switch (command.type) {
    case 'register':
      if (state.status !== 'none') throw broken('customer_already_registered');
      return [{ eventType: 'CustomerRegistered', data: { name: command.name, email: command.email } }];
    case 'rename':
      if (state.status === 'none') throw broken('customer_not_found');
      if (state.name === command.name) return [];
      return [{ eventType: 'CustomerRenamed', data: { name: command.name } }];
  }
}

const broken = (rule: keyof typeof customerRules): CommandRejected =>
  new CommandRejected(rule, customerRules[rule]);
