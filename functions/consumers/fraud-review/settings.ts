import type { ShopRuntime } from '#application';
import { fraudReview } from './policy.ts';

/** The policy by the parameters of this deployment. */
export const policyOf = (runtime: ShopRuntime) =>
  fraudReview({
    highValueThreshold: runtime.setting('HIGH_VALUE_THRESHOLD'),
    homeCountry: runtime.setting('HOME_COUNTRY'),
    reviewHours: runtime.setting('REVIEW_HOURS'),
  });
