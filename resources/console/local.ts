import { application } from '#application';
import { projections } from '#read-model/projections.ts';
import { invokeByRun } from '#resources/cli/ops/invokers.ts';
import type { Run } from '#resources/local/run-file.ts';
import type { Template } from '#resources/local/stack/template.ts';
import { type Console, createConsole } from './server/console.ts';
import { graphOf } from './server/graph.ts';
import type { Journal } from './server/journal.ts';
import { localSource } from './server/local-source.ts';
import type { Faults } from './server/source.ts';
import { shopOf } from './shop.ts';

const QUEUES_EVERY_MS = 700;

/** What the names of this run's functions begin with: `<service>-<stage>-`. */
export function namePrefixOf({ functions }: Pick<Run, 'functions'>): string {
  const [[name, definition] = ['', { name: '' }]] = Object.entries(functions);
  return definition.name.slice(0, -name.length);
}

/** The console of the local run, which `npm start` serves with the API. */
export function localConsole(
  run: Run,
  { template, faults }: { template: Template; faults: Faults },
  journal: Journal,
): Console {
  const { registry, projections: names } = application;
  const graph = graphOf(template, { prefix: namePrefixOf(run), projections: names });
  const invoke = invokeByRun(run);
  return createConsole({
    source: localSource({ run, graph, registry, projections, invoke, faults }),
    shop: shopOf(run),
    graph,
    journal,
    payloads: 'full',
    queuesEveryMs: QUEUES_EVERY_MS,
  });
}
