/**
 * functions → (api, read-model) → domain; all of them → kit; the kit → nothing of ours (docs/architecture.md).
 * A rule names what a folder may reach; everything else in shared, functions, resources and tests is forbidden to it.
 */
module.exports = {
  forbidden: [
    {
      name: 'kit-knows-no-shop',
      comment: 'The kit imports nothing but itself and packages: what it needs of a shop is passed in.',
      severity: 'error',
      from: { path: '^shared/kit/' },
      to: { path: '^(shared|functions|resources|tests)/', pathNot: '^shared/kit/' },
    },
    {
      name: 'tests-of-the-kit-know-no-shop',
      comment:
        'They run on the counters of tests/support/counter, so that they stay when the shop is replaced.',
      severity: 'error',
      from: { path: '^tests/((unit|integration)/kit|support/counter)/' },
      to: {
        path: '^(shared/(domain|api|read-model|application)|functions/(commands|queries|consumers|projections)/)',
        reachable: true,
      },
    },
    {
      name: 'domain-is-pure',
      comment: 'The domain imports itself, the pure part of the kit and zod: no I/O, no clock, no ids.',
      severity: 'error',
      from: { path: '^shared/domain/' },
      to: { pathNot: ['^shared/domain/', '^shared/kit/events/', '^node_modules/zod/'] },
    },
    {
      name: 'kit-events-are-pure',
      severity: 'error',
      from: { path: '^shared/kit/events/' },
      to: { pathNot: ['^shared/kit/events/', '^node_modules/(zod|uuid)/'] },
    },
    {
      name: 'api-and-read-model-rest-on-domain-and-kit',
      severity: 'error',
      from: { path: '^shared/(api|read-model)/' },
      to: { path: '^(shared|functions|resources|tests)/', pathNot: '^shared/(api|read-model|domain|kit)/' },
    },
    {
      name: 'read-model-knows-no-api',
      severity: 'error',
      from: { path: '^shared/read-model/' },
      to: { path: '^shared/api/' },
    },
    {
      name: 'functions-import-shared-only',
      severity: 'error',
      from: { path: '^functions/' },
      to: { path: '^(resources|tests)/' },
    },
    {
      name: 'policies-are-pure',
      comment: 'A policy imports the domain and the pure part of the kit: what it needs else, it asks for.',
      severity: 'error',
      from: { path: '^functions/consumers/([^/]+)/policy\\.ts$' },
      to: {
        pathNot: ['^functions/consumers/$1/', '^shared/(domain|kit/events)/', '^node_modules/(zod|uuid)/'],
        reachable: true,
      },
    },
    {
      name: 'functions-never-import-each-other',
      comment: 'What several functions of a kind share is a file beside their folders.',
      severity: 'error',
      from: { path: '^functions/([^/]+)/([^/]+)/', pathNot: '^functions/operations/audit-steps/' },
      // The audit asks each consumer's own check whether it has had an event.
      to: {
        path: '^functions/',
        pathNot: '^functions/($1/($2/|[^/]+\\.ts$)|consumers/[^/]+/delivery-check\\.ts$)',
      },
    },
    {
      name: 'what-functions-share-imports-no-function',
      severity: 'error',
      from: { path: '^functions/[^/]+/[^/]+\\.ts$' },
      to: { path: '^functions/' },
    },
    {
      name: 'audit-steps-imports-the-audit-alone',
      comment: 'Two functions do the work of the audit.',
      severity: 'error',
      from: { path: '^functions/operations/audit-steps/' },
      to: { path: '^functions/', pathNot: '^functions/operations/audit(-steps)?/' },
    },
    {
      name: 'production-code-uses-production-packages',
      severity: 'error',
      from: { path: '^(functions|shared)/' },
      // Types leave nothing in a bundle.
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], pathNot: '^node_modules/@types/' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'only-the-local-run-knows-the-console',
      comment:
        'Nothing of the console is in a Lambda; only what starts it imports it, and a type of its protocol.',
      severity: 'error',
      from: {
        path: '^(functions|shared|resources)/',
        pathNot: '^resources/(console/|local/(plugin|faults)\\.ts$|cli/console\\.ts$)',
      },
      to: { path: '^resources/console/' },
    },
    {
      name: 'the-console-knows-no-shop',
      comment:
        'What it shows of this shop alone is passed in, by resources/console/shop.ts; the rest it reads from template and contract.',
      severity: 'error',
      from: { path: '^resources/console/server/' },
      to: {
        path: '^(functions/(commands|queries|consumers|projections)/|shared/(domain|read-model|application)|resources/console/shop)',
      },
    },
    // The bench installs castore, with which it compares, into a folder of its own.
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^@castore/' },
    },
  ],
  options: {
    // swc takes no TSX here; tests/unit/console/page-imports.test.ts holds what the page may import.
    exclude: { path: '^resources/console/page/' },
    doNotFollow: { path: 'node_modules' },
    // In the copies of this project that tests make, node_modules is a link: its packages are still packages.
    preserveSymlinks: true,
    parser: 'swc',
    tsPreCompilationDeps: true,
    detectProcessBuiltinModuleCalls: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default'],
    },
  },
};
