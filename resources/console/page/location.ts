import { computed, signal } from '@preact/signals';

/** Where the page is: all of its state that somebody may want to send to a colleague is in its URL. */
const url = signal(new URL(location.href));

addEventListener('popstate', () => {
  url.value = new URL(location.href);
});

export const screen = computed(() => url.value.pathname.replace(/^\/console\/?/, '') || 'flow');

export const parameter = (name: string): string => url.value.searchParams.get(name) ?? '';

/** Goes to another screen; the parameters that are left out are gone. */
export function go(to: string, parameters: Record<string, string> = {}): void {
  show(new URL(href(to, parameters), location.href), true);
}

export function href(to: string, parameters: Record<string, string> = {}): string {
  const text = new URLSearchParams(parameters).toString();
  return `/console${to === 'flow' ? '' : `/${to}`}${text && `?${text}`}`;
}

/** Changes parameters of this screen; an empty one goes away. What is typed leaves no step to go back to. */
export function setParameters(changes: Record<string, string>, { isStep = true } = {}): void {
  const next = new URL(url.value);
  for (const [name, value] of Object.entries(changes)) {
    if (value) next.searchParams.set(name, value);
    else next.searchParams.delete(name);
  }
  if (next.href !== url.value.href) show(next, isStep);
}

function show(next: URL, isStep: boolean): void {
  if (isStep) history.pushState(null, '', next);
  else history.replaceState(null, '', next);
  url.value = next;
}

/** For links: a plain click stays in the page, any other does what the browser does. */
export function follow(event: MouseEvent): void {
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = (event.target as Element).closest('a');
  if (!link || link.origin !== location.origin || !link.pathname.startsWith('/console')) return;
  // To a place on this screen: the browser moves the focus there.
  if (link.hash) return;
  event.preventDefault();
  show(new URL(link.href), true);
}
