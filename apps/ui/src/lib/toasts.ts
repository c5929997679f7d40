/** A short message that disappears by itself, or, if it reports a failure, when it is dismissed. */
export interface Toast {
  id: number;
  tone: 'done' | 'failed';
  title: string;
  details: readonly string[];
  /** What its button does; afterwards it disappears. */
  action?: { label: string; run: () => void };
}

const SHOWN_MS = 5_000;
const KEPT = 4;

let toasts: readonly Toast[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

function set(next: readonly Toast[]): void {
  toasts = next.slice(-KEPT);
  for (const listener of listeners) listener();
}

export const toastStore = {
  snapshot: (): readonly Toast[] => toasts,
  subscribe: (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  dismiss: (id: number): void => set(toasts.filter((toast) => toast.id !== id)),
};

export function toast(tone: Toast['tone'], title: string, details: readonly string[] = []): void {
  const id = ++lastId;
  set([...toasts, { id, tone, title, details }]);
  if (tone === 'done') setTimeout(() => toastStore.dismiss(id), SHOWN_MS);
}

/** How long something can be undone. */
export const UNDO_MS = 10_000;

/** Tells that something is done, with a button that undoes it for a while. */
export function toastUndo(title: string, undo: () => Promise<unknown>): void {
  const id = ++lastId;
  const run = (): void => {
    toastStore.dismiss(id);
    undo().then(
      () => toast('done', 'Undone'),
      (error: unknown) => toastError('Could not undo it', error),
    );
  };
  set([...toasts, { id, tone: 'done', title, details: [], action: { label: 'Undo', run } }]);
  setTimeout(() => toastStore.dismiss(id), UNDO_MS);
}

/** Does something after a while, unless the reader takes it back or leaves the dashboard before. */
export function doLater(title: string, act: () => Promise<unknown>): void {
  const id = ++lastId;
  const timer = setTimeout(() => {
    toastStore.dismiss(id);
    act().catch((error: unknown) => toastError(title, error));
  }, UNDO_MS);
  const run = (): void => {
    clearTimeout(timer);
    toastStore.dismiss(id);
    toast('done', 'Nothing was changed');
  };
  set([...toasts, { id, tone: 'done', title, details: [], action: { label: 'Undo', run } }]);
}

/** Shows an error in the API's own words. */
export function toastError(title: string, error: unknown): void {
  toast('failed', title, [error instanceof Error ? error.message : String(error)]);
}
