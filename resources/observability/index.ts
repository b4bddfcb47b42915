import type { ResolveVariable } from '#resources/variables.ts';
import { alarmTopicOf, alarmTopicResources, readAlarmSettings } from './alarm-topic.ts';
import { alarmResources } from './alarms/index.ts';
import { dashboardResources } from './dashboard.ts';
import { type Naming, readParts } from './parts.ts';
import { savedQueryResources } from './saved-queries.ts';

/**
 * The alarms of a stage's functions and consumers with their topic, its dashboard and its saved queries, as resources of
 * serverless.yml. Throws InvalidConfiguration.
 */
export async function readObservability(resolveVariable: ResolveVariable, naming: Naming) {
  const parts = await readParts(resolveVariable, naming);
  const settings = await readAlarmSettings(resolveVariable);
  const alarms = settings.alarms ? alarmResources(parts, alarmTopicOf(settings)) : {};
  const topic = alarmTopicResources(parts, settings);
  const dashboard = dashboardResources(parts, Object.keys(alarms));
  return {
    Resources: { ...alarms, ...topic.Resources, ...dashboard.Resources, ...savedQueryResources(parts) },
    Outputs: { ...topic.Outputs, ...dashboard.Outputs },
  };
}
