import { typesOf } from '#kit/events/policy.ts';
import { policyCheck } from '#kit/operations/policy-check.ts';
import { orderHolds } from './policy.ts';

export const deliveryCheck = policyCheck(typesOf(orderHolds), () => orderHolds);
