import type { Resource } from '#resources/local/stack/template.ts';
import { closeUpsOf, type Graph, type GraphMetric, type Place, pathOf } from './graphs.ts';
import type { StackParts } from './parts.ts';

/** CloudWatch lays widgets out on this many columns. */
const COLUMNS = 24;
const HEIGHT = 6;
const ALARMS_PER_WIDGET = 100;

/** Fn::Sub fills it in. */
const REGION = `\${${'AWS::Region'}}`;

/**
 * The dashboard of a stage: the alarms in alarm state; the path from left to right, with traffic, duration and failures of each
 * place; then details of consumers and functions. `alarmIds` are the logical ids of the stage's alarms.
 */
export function dashboardResources(
  parts: StackParts,
  alarmIds: readonly string[],
): { Resources: Record<string, Resource>; Outputs: Record<string, unknown> } {
  const widgets = below(alarmWidgets(alarmIds), pathWidgets(pathOf(parts)), rowsOfThree(closeUpsOf(parts)));
  return {
    Resources: {
      Dashboard: {
        Type: 'AWS::CloudWatch::Dashboard',
        Properties: {
          // Dashboards of all regions of an account share their names.
          DashboardName: { 'Fn::Sub': `${parts.name}-${REGION}` },
          DashboardBody: { 'Fn::Sub': JSON.stringify({ start: '-PT3H', widgets }) },
        },
      },
    },
    Outputs: { DashboardName: { Value: { Ref: 'Dashboard' } } },
  };
}

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

interface Widget extends Box {
  type: 'alarm' | 'text' | 'metric';
  properties: object;
}

/** Nothing where the stage has no alarms. */
function alarmWidgets(ids: readonly string[]): Widget[] {
  const widgets: Widget[] = [];
  for (let at = 0; at < ids.length; at += ALARMS_PER_WIDGET) {
    const alarms = ids.slice(at, at + ALARMS_PER_WIDGET).map((id) => `\${${id}.Arn}`);
    const properties = {
      title: 'Alarms that ring',
      states: ['ALARM'],
      sortBy: 'stateUpdatedTimestamp',
      alarms,
    };
    widgets.push({ type: 'alarm', x: 0, y: 2 * widgets.length, width: COLUMNS, height: 2, properties });
  }
  return widgets;
}

/** A column for each place: its name over its graphs. */
function pathWidgets(places: readonly Place[]): Widget[] {
  const width = COLUMNS / places.length;
  return places.flatMap(({ title, traffic, duration, failures }, column): Widget[] => {
    const x = column * width;
    const markdown = `**${title}**${column < places.length - 1 ? ' →' : ''}`;
    const graphs: Graph[] = [
      { title: 'how much', metrics: traffic },
      { title: 'how long', metrics: duration },
      { title: 'what goes wrong', metrics: failures },
    ];
    return [
      { type: 'text', x, y: 0, width, height: 1, properties: { markdown } },
      ...graphs.flatMap(({ title, metrics }, row) =>
        metrics.length > 0 ? [graphWidget({ x, y: 1 + row * HEIGHT, width }, title, metrics)] : [],
      ),
    ];
  });
}

const rowsOfThree = (graphs: readonly Graph[]): Widget[] =>
  graphs.map(({ title, metrics }, at) => {
    const width = COLUMNS / 3;
    return graphWidget({ x: (at % 3) * width, y: Math.floor(at / 3) * HEIGHT, width }, title, metrics);
  });

const graphWidget = (place: Omit<Box, 'height'>, title: string, metrics: readonly GraphMetric[]): Widget => ({
  type: 'metric',
  ...place,
  height: HEIGHT,
  properties: {
    title,
    region: REGION,
    view: 'timeSeries',
    period: 60,
    yAxis: { left: { min: 0 } },
    // A longer legend leaves no room for the lines; a line shows its name when pointed at.
    legend: { position: metrics.length > 1.5 * place.width ? 'hidden' : 'bottom' },
    metrics,
  },
});

/** Each group of widgets under the one before. */
function below(...groups: Widget[][]): Widget[] {
  let top = 0;
  return groups.flatMap((widgets) => {
    const placed = widgets.map((widget) => ({ ...widget, y: top + widget.y }));
    top = Math.max(top, ...placed.map(({ y, height }) => y + height));
    return placed;
  });
}
