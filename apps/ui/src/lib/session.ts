import { api, dataOf, type Schemas } from './api-client.js';

/** The characters of a header. */
const SENDABLE = /^[\x21-\x7e]+(?: +[\x21-\x7e]+)*$/;

export type SessionNews = 'began' | 'ended';

/** Tells the other tabs of this browser. */
const hasTabs = 'document' in globalThis && 'BroadcastChannel' in globalThis;
const tabs = hasTabs ? new BroadcastChannel('9volt-session') : undefined;

/** The session of this browser: a cookie that no script can read, for all tabs. */
export const session = {
  isSendable: (token: string): boolean => SENDABLE.test(token),

  read: (): Promise<Schemas['SignedIn']> => dataOf(api.GET('/api/v1/session')),

  async begin(token: string, stay: boolean): Promise<void> {
    await api.POST('/api/v1/session', { body: { token, stay } });
    tabs?.postMessage('began' satisfies SessionNews);
  },

  async end(): Promise<void> {
    await api.DELETE('/api/v1/session');
    tabs?.postMessage('ended' satisfies SessionNews);
  },

  /** What another tab did. */
  follow(listener: (news: SessionNews) => void): void {
    if (tabs) tabs.onmessage = ({ data }: MessageEvent<SessionNews>) => listener(data);
  },
};
