import { z } from 'zod';
import { type ResolveVariable, readVariables } from '#resources/variables.ts';

/** A parameter of a stage; from the command line it is text. */
const whole = z.coerce.number().int();

const encryption = `file(resources/stack/encryption/\${param:encryption}.yml)`;

/** The settings that all consumers of a deployment share. Throws InvalidConfiguration. */
export const readConsumerSettings = (resolveVariable: ResolveVariable) =>
  readVariables(resolveVariable, {
    service: ['self:service', z.string()],
    stage: ['sls:stage', z.string()],
    /** How often a message is received before its queue moves it to the dead letters. AWS advises at least five. */
    maxReceiveCount: ['self:custom.parameters.maxReceiveCount', whole.min(1).max(1_000)],
    retryBaseSeconds: ['self:custom.parameters.retryBaseSeconds', whole.min(0).max(900)],
    queueRetentionInDays: ['param:queueRetentionInDays', whole.min(1).max(14)],
    consumerConcurrency: ['param:consumerConcurrency', whole.min(2).max(1_000)],
    queueKeyIsAwsOwned: [`${encryption}:queueKeyIsAwsOwned`, z.boolean()],
    /** A key, or an intrinsic function that returns one. */
    queueKey: [`${encryption}:queueKey`, z.unknown()],
  });

export type ConsumerSettings = Awaited<ReturnType<typeof readConsumerSettings>>;
