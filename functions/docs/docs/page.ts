import { type AsyncApi, consumersTable, envelopeTable, messageLink, messageSection } from './events.ts';
import { Html, html, prose } from './html.ts';
import { type OpenApi, operationLink, operationSection, operationsByTag } from './operations.ts';
import { schemaTable } from './schema.ts';
import { style } from './style.ts';

/** Both documents as one page of HTML: no script, and nothing that it would load. */
export function pageOf(openApi: OpenApi, asyncApi: AsyncApi): string {
  const groups = operationsByTag(openApi);
  const messages = Object.entries(asyncApi.components.messages);
  const { title, version, description } = openApi.info;
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${title} ${version}</title><style>${new Html(style)}</style></head>
<body>
<nav>
<a href="#top"><strong>${title}</strong></a><a href="/openapi.json">openapi.json</a><a href="/asyncapi.json">asyncapi.json</a>
${groups.map(([tag, operations]) => html`<h2>${tag.name}</h2>${operations.map(operationLink)}`)}
<h2>Events</h2><a href="#events">The topic and its consumers</a>${messages.map(messageLink)}
<h2>Schemas</h2><a href="#schemas">All schemas</a></nav>
<main id="top">
<h1>${title}</h1><p><small>Version ${version} · <a href="/openapi.json">openapi.json</a> · <a href="/asyncapi.json">asyncapi.json</a></small></p>
${prose(description)}
<h4>Tokens</h4>${prose(openApi.components.securitySchemes.token.description)}
${groups.map(
  ([tag, operations]) => html`<h2>${tag.name}</h2><p>${tag.description}</p>
${operations.map((operation) => operationSection(openApi, operation))}`,
)}
<h2 id="events">Events</h2>${prose(asyncApi.info.description)}
<h4>Who receives what</h4>${consumersTable(asyncApi)}
<h4>Every event</h4>${envelopeTable(asyncApi)}
${messages.map((message) => messageSection(asyncApi, message))}
<h2 id="schemas">Schemas</h2>
${schemaSections('api', openApi)}
<h2>Schemas of events</h2>
${schemaSections('events', asyncApi)}
</main></body></html>`;
  return page.text;
}

const schemaSections = (document: string, { components }: OpenApi | AsyncApi) =>
  Object.entries(components.schemas).map(
    ([name, schema]) => html`<section id="${document}-${name}"><h3>${name}</h3>${prose(schema.description)}
${schemaTable(document, schema)}</section>`,
  );
