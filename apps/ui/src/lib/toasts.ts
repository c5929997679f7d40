/** A short message that disappears by itself, or, if it reports a failure, when it is dismissed. */
export interface Toast {
  id: number;
  tone: 'done' | 'failed';
  title: string;
  details: readonly string[];
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

/** Shows an error in the API's own words. */
export function toastError(title: string, error: unknown): void {
  toast('failed', title, [error instanceof Error ? error.message : String(error)]);
}
