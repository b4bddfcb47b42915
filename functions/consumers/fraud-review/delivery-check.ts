import { policyCheck } from '#kit/operations/policy-check.ts';
import { policyOf } from './settings.ts';

export const deliveryCheck = policyCheck(
  { consumer: 'fraud-review', eventTypes: ['OrderCreated'] },
  policyOf,
);
