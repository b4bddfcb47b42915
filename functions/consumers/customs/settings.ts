import type { ShopRuntime } from '#application';
import { customs } from './policy.ts';

/** The policy by the parameters of this deployment. */
export const policyOf = (runtime: ShopRuntime) => customs({ reviewHours: runtime.setting('REVIEW_HOURS') });
