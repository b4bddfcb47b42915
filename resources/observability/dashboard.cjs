// One dashboard a stage: the alarms that ring; the path from left to right, and for each place how much, how long, what
// goes wrong; then what there is of each consumer. Read by serverless.yml.

const { alarmIds } = require('./alarms.cjs');
const { closeUpsOf, pathOf } = require('./graphs.cjs');
const { partsOf } = require('./parts.cjs');

/** CloudWatch lays widgets out on so many columns. */
const COLUMNS = 24;
const HEIGHT = 6;

/** Fn::Sub fills it in. */
const REGION = `\${${'AWS::Region'}}`;

module.exports.resources = async ({ resolveVariable }) => {
  const parts = await partsOf(resolveVariable);
  const widgets = below(
    alarms(await alarmIds(resolveVariable)),
    path(pathOf(parts)),
    rowsOfThree(closeUpsOf(parts)),
  );
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
};

/** Nothing where the stage has no alarms. A widget takes a hundred. */
function alarms(ids) {
  const widgets = [];
  for (let at = 0; at < ids.length; at += 100) {
    const shown = ids.slice(at, at + 100).map((id) => `\${${id}.Arn}`);
    const properties = {
      title: 'Alarms that ring',
      states: ['ALARM'],
      sortBy: 'stateUpdatedTimestamp',
      alarms: shown,
    };
    widgets.push({ type: 'alarm', x: 0, y: 2 * widgets.length, width: COLUMNS, height: 2, properties });
  }
  return widgets;
}

/** A column for each place: its name over its graphs. */
function path(places) {
  const width = COLUMNS / places.length;
  return places.flatMap(([title, ...graphs], place) => {
    const x = place * width;
    const markdown = `**${title}**${place < places.length - 1 ? ' →' : ''}`;
    return [
      { type: 'text', x, y: 0, width, height: 1, properties: { markdown } },
      ...graphs
        .map((metrics, row) =>
          graph({ x, y: 1 + row * HEIGHT, width }, ['how much', 'how long', 'what goes wrong'][row], metrics),
        )
        .filter(({ properties }) => properties.metrics.length > 0),
    ];
  });
}

const rowsOfThree = (graphs) =>
  graphs.map(([title, metrics], at) => {
    const width = COLUMNS / 3;
    return graph({ x: (at % 3) * width, y: Math.floor(at / 3) * HEIGHT, width }, title, metrics);
  });

function graph(place, title, metrics) {
  return {
    type: 'metric',
    ...place,
    height: HEIGHT,
    properties: {
      title,
      region: REGION,
      view: 'timeSeries',
      period: 60,
      yAxis: { left: { min: 0 } },
      // More names than these leave the lines no room; pointing at a line names it.
      legend: { position: metrics.length > 1.5 * place.width ? 'hidden' : 'bottom' },
      metrics,
    },
  };
}

/** Each group of widgets under the one before. */
function below(...groups) {
  let top = 0;
  return groups.flatMap((widgets) => {
    const placed = widgets.map((widget) => ({ ...widget, y: top + widget.y }));
    top = Math.max(top, ...placed.map(({ y, height }) => y + height));
    return placed;
  });
}
