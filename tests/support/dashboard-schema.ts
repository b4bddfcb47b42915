import * as z from 'zod';

// CloudWatch API reference, "Dashboard Body Structure and Syntax"; strict, so that a misspelt key is an error.

const place = {
  x: z.int().min(0).max(23),
  y: z.int().min(0),
  width: z.int().min(1).max(24),
  height: z.int().min(1).max(1_000),
};

const options = z.strictObject({
  stat: z.string().regex(/^(SampleCount|Average|Sum|Minimum|Maximum|p\d{1,2}(\.\d+)?)$/),
  label: z.string().min(1).optional(),
});

const metric = z
  .array(z.union([z.string(), options]))
  .refine((parts) => parts.length >= 2 && typeof parts.at(-1) === 'object', 'ends with its options')
  .refine((parts) => parts.slice(0, -1).every((part) => typeof part === 'string'), 'names come before')
  .refine((parts) => parts.length % 2 === 1, 'dimensions come with values');

export const dashboardBody = z.strictObject({
  start: z.string().regex(/^-PT\d+[HM]$/),
  widgets: z
    .array(
      z.discriminatedUnion('type', [
        z.strictObject({
          type: z.literal('text'),
          ...place,
          properties: z.strictObject({ markdown: z.string().min(1) }),
        }),
        z.strictObject({
          type: z.literal('metric'),
          ...place,
          properties: z.strictObject({
            title: z.string().min(1),
            region: z.literal('${' + 'AWS::Region}'),
            view: z.enum(['timeSeries', 'singleValue', 'gauge', 'bar', 'pie', 'table']),
            period: z.int().multipleOf(60),
            yAxis: z.strictObject({ left: z.strictObject({ min: z.number() }) }),
            legend: z.strictObject({ position: z.enum(['right', 'bottom', 'hidden']) }),
            metrics: z.array(metric).min(1).max(500),
          }),
        }),
        z.strictObject({
          type: z.literal('alarm'),
          ...place,
          properties: z.strictObject({
            title: z.string(),
            states: z.array(z.enum(['ALARM', 'INSUFFICIENT_DATA', 'OK'])),
            sortBy: z.enum(['default', 'stateUpdatedTimestamp', 'timestamp']),
            alarms: z.array(z.string()).min(1).max(100),
          }),
        }),
      ]),
    )
    .max(500),
});

export type DashboardBody = z.infer<typeof dashboardBody>;
