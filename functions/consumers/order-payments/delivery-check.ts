import { typesOf } from '#kit/events/policy.ts';
import { policyCheck } from '#kit/operations/policy-check.ts';
import { orderPayments } from './policy.ts';

export const deliveryCheck = policyCheck(typesOf(orderPayments), () => orderPayments);
