import { typesOf } from '#kit/events/policy.ts';
import { policyCheck } from '#kit/operations/policy-check.ts';
import { inventory } from './policy.ts';

export const deliveryCheck = policyCheck(typesOf(inventory), () => inventory);
