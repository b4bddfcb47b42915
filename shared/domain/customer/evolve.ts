import { MisplacedEvent } from '#kit/events/unreadable-event.ts';
import type { CustomerEvent } from './events.ts';

export type CustomerState = { status: 'none' } | { status: 'registered'; name: string; email: string };

/** Throws MisplacedEvent for an event that no history of commands can have led to. */
export function evolve(state: CustomerState, event: CustomerEvent): CustomerState {
  switch (event.eventType) {
    case 'CustomerRegistered':
      if (state.status !== 'none') throw new MisplacedEvent(event.eventType, state.status);
      return { status: 'registered', name: event.data.name, email: event.data.email };
    case 'CustomerRenamed':
      if (state.status === 'none') throw new MisplacedEvent(event.eventType, state.status);
      return { ...state, name: event.data.name };
  }
}
