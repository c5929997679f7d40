import { createContext, type ReactNode, use, useRef, useSyncExternalStore } from 'react';
import type { LiveStore } from './live-store.js';
import type { Live } from './live-types.js';

export type Store = Pick<LiveStore, 'snapshot' | 'subscribe' | 'observe' | 'signIn' | 'signOut' | 'signedOut'>;

const StoreContext = createContext<Store | undefined>(undefined);

export function LiveProvider({ store, children }: { store: Store; children: ReactNode }) {
  return <StoreContext value={store}>{children}</StoreContext>;
}

export function useStore(): Store {
  const store = use(StoreContext);
  if (!store) throw new Error('useLive needs a LiveProvider around it');
  return store;
}

/** One part of the live data; drawn again only when that part changes. */
export function useLive<T>(select: (live: Live) => T): T {
  const store = useStore();
  const last = useRef<{ live: Live; select: (live: Live) => T; value: T } | undefined>(undefined);
  const snapshot = (): T => {
    const live = store.snapshot();
    const known = last.current;
    if (known && known.live === live && known.select === select) return known.value;
    const value = select(live);
    last.current = { live, select, value };
    return value;
  };
  return useSyncExternalStore(store.subscribe, snapshot);
}
