import * as z from 'zod';
import { customerRules } from '#domain/customer.ts';
import { customsDeclarationRules } from '#domain/customs-declaration.ts';
import { fraudReviewRules } from '#domain/fraud-review.ts';
import { inventoryRules } from '#domain/inventory/decisions.ts';
import { orderRules } from '#domain/order/decisions.ts';
import { paymentRules } from '#domain/payment/decisions.ts';
import { productRules } from '#domain/product.ts';
import type { CommandRejected, Rules } from '#kit/events/command-rejected.ts';
import * as fields from './dto-fields.ts';

const rules = [
  orderRules,
  customerRules,
  productRules,
  inventoryRules,
  paymentRules,
  fraudReviewRules,
  customsDeclarationRules,
];

type NameIn<Some> = Some extends Rules<infer Name> ? Name : never;

/** A rule of the domain, by its stable name. */
export type Rule = NameIn<(typeof rules)[number]>;

/** The error that a command meets which breaks this rule. */
export function rejectionOf(rule: Rule): CommandRejected {
  const found = rules.find(({ messages }) => Object.hasOwn(messages, rule));
  if (!found) throw new Error(`no rule is called ${rule}`);
  return found.reject(rule as never);
}

/** Every error of the functions; RFC 9457. */
export const problem = z
  .object({
    type: z
      .string()
      .regex(/^urn:[a-z0-9-]+:problem:[a-z0-9-]+$/)
      .meta({ description: 'Stable, for programs' }),
    title: z.string().meta({ description: 'The same for every problem of this type' }),
    status: z.int(),
    detail: z.string().meta({ description: 'What is wrong this time, for people' }),
    instance: z.string().optional().meta({ description: 'The path of the request' }),
    correlationId: z.string().meta({ description: 'Finds the request in the logs' }),
    rule: z.string().optional().meta({ description: 'The rule of the domain that was broken; stable' }),
    errors: z
      .array(
        z.object({
          path: z
            .string()
            .meta({ description: 'As in `items[0].sku`; or the name of a parameter or header' }),
          message: z.string(),
        }),
      )
      .optional()
      .meta({ description: 'Everything that is wrong with the input, at once' }),
    currentPrices: z
      .array(z.object({ sku: fields.sku, price: fields.money, currency: fields.currency }))
      .optional()
      .meta({ description: 'Of `price_changed`: what these products cost by now' }),
  })
  .meta({ id: 'Problem', description: 'application/problem+json, RFC 9457' });

/** What API Gateway answers by itself, before or instead of a function. */
export const gatewayMessage = z
  .object({ message: z.string() })
  .meta({ id: 'GatewayMessage', description: "API Gateway's own answer; not problem+json" });
