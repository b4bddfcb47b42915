import { elementScroll, observeElementOffset, observeElementRect, Virtualizer } from '@tanstack/virtual-core';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

interface Props {
  label: string;
  count: number;
  rowHeight: number;
  /** The row's content; it is put into a list item. */
  row: (index: number) => ComponentChildren;
  keyOf: (index: number) => string;
}

/** A list of any length: only the rows that can be seen are in the document. Arrow keys go from row to row. */
export function VirtualList({ label, count, rowHeight, row, keyOf }: Props) {
  const box = useRef<HTMLUListElement>(null);
  const [, redraw] = useState(0);
  const virtualizer = useRef<Virtualizer<HTMLUListElement, Element>>(undefined);
  const options = {
    count,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    overscan: 8,
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    onChange: () => redraw((n) => n + 1),
  };
  virtualizer.current ??= new Virtualizer(options);
  virtualizer.current.setOptions({ ...virtualizer.current.options, ...options });
  useEffect(() => virtualizer.current?._didMount(), []);
  useEffect(() => virtualizer.current?._willUpdate());

  const list = virtualizer.current;
  const move = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 }[event.key];
    const current = (event.target as HTMLElement).closest<HTMLElement>('li')?.dataset.index;
    if (!step || current === undefined) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(count - 1, Number(current) + step));
    list.scrollToIndex(next);
    const focus = () => box.current?.querySelector<HTMLElement>(`li[data-index="${next}"] button`)?.focus();
    requestAnimationFrame(() => requestAnimationFrame(focus));
  };
  return (
    <ul class="rows" ref={box} aria-label={label} onKeyDown={move} tabIndex={-1}>
      <li aria-hidden="true" class="spacer" style={{ height: `${list.getTotalSize()}px` }} />
      {list.getVirtualItems().map(({ index, start }) => (
        <li
          key={keyOf(index)}
          data-index={index}
          aria-setsize={count}
          aria-posinset={index + 1}
          style={{ transform: `translateY(${start}px)`, height: `${rowHeight}px` }}
        >
          {row(index)}
        </li>
      ))}
    </ul>
  );
}
