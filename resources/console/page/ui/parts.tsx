import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

/** What a screen shows that has nothing to show: why, and what to do about it. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <strong>{title}</strong>
      <div>{children}</div>
    </div>
  );
}

/** A description of the contract, with its `code`. */
export function Prose({ text }: { text: string }) {
  const parts = text.split('`');
  return (
    <p class="prose">
      {parts.map((part, index) => (index % 2 === 1 ? <code key={`${index}${part}`}>{part}</code> : part))}
    </p>
  );
}

export function Problem({ error }: { error: string }) {
  return error ? (
    <p class="problem" role="alert">
      {error}
    </p>
  ) : null;
}

interface Loaded<T> {
  value: T | undefined;
  error: string;
  isLoading: boolean;
  reload: () => void;
}

/** What `load` brings, again whenever `key` changes. What was there before stays until the new is there. */
export function useLoaded<T>(key: string, load: () => Promise<T>): Loaded<T> {
  const [state, setState] = useState<Omit<Loaded<T>, 'reload'>>({
    value: undefined,
    error: '',
    isLoading: true,
  });
  const [round, setRound] = useState(0);
  useEffect(() => {
    let isCurrent = true;
    setState((before) => ({ ...before, isLoading: true }));
    load().then(
      (value) => isCurrent && setState({ value, error: '', isLoading: false }),
      (error: Error) => isCurrent && setState({ value: undefined, error: error.message, isLoading: false }),
    );
    return () => {
      isCurrent = false;
    };
  }, [key, round]);
  return { ...state, reload: () => setRound((n) => n + 1) };
}

interface ActionProps {
  children: ComponentChildren;
  run: () => Promise<unknown>;
  kind?: 'primary' | 'danger' | 'plain';
  disabled?: boolean;
  title?: string;
}

/** A button that does something that takes a while: it is busy meanwhile, and says what went wrong. */
export function Action({ children, run, kind = 'plain', disabled = false, title }: ActionProps) {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState('');
  const click = async () => {
    setBusy(true);
    setError('');
    try {
      await run();
    } catch (caught) {
      setError((caught as Error).message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <span class="action">
      <button
        type="button"
        class={`button ${kind}`}
        disabled={disabled || isBusy}
        aria-busy={isBusy}
        title={title}
        onClick={click}
      >
        {children}
      </button>
      {error && (
        <span class="problem" role="alert">
          {error}
        </span>
      )}
    </span>
  );
}

interface ConfirmProps {
  title: string;
  children?: ComponentChildren;
  confirm: string;
  isDangerous?: boolean;
  onConfirm: () => void;
  onCancel: () => void;
}

/** Asks before something is done that cannot be taken back. Escape is no. */
export function Confirm({
  title,
  children,
  confirm,
  isDangerous = false,
  onConfirm,
  onCancel,
}: ConfirmProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} onCancel={onCancel} aria-labelledby="confirm-title">
      <h2 id="confirm-title">{title}</h2>
      {children}
      <div class="buttons">
        <button type="button" class="button" onClick={onCancel}>
          Leave it
        </button>
        <button type="button" class={`button ${isDangerous ? 'danger' : 'primary'}`} onClick={onConfirm}>
          {confirm}
        </button>
      </div>
    </dialog>
  );
}

export function Copy({ text, label = 'Copy' }: { text: string; label?: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 1_200);
  };
  return (
    <button type="button" class="copy" onClick={copy}>
      {isCopied ? 'Copied' : label}
    </button>
  );
}
