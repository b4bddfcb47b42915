import { render } from 'preact';
import type { Description } from '../protocol.ts';
import { App } from './app.tsx';
import { connect } from './live.ts';
import { description, read } from './server.ts';

description.value = await read<Description>('description');
document.title = `${description.value.title} · ${description.value.stage}`;
connect();
render(<App />, document.getElementById('app') as HTMLElement);
