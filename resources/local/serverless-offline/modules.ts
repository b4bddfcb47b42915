import { createRequire } from 'node:module';

const entry = import.meta.resolve('serverless-offline');

/** A module of serverless-offline 14.8 that it does not export, hence the path. */
export const internal = (path: string): Promise<Record<string, unknown>> => import(new URL(path, entry).href);

/** A package as serverless-offline loads it. */
export const packageOf = (name: string): Record<string, unknown> => createRequire(entry)(name);
