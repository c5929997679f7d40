const KEY = '9volt-access-token';

/** What a header can carry. */
const SENDABLE = /^[\x21-\x7e]+(?: +[\x21-\x7e]+)*$/;

/** The token of this tab: kept until the tab is closed, seen by no other. */
export const accessToken = {
  get: (): string | null => sessionStorage.getItem(KEY),
  set: (token: string): void => sessionStorage.setItem(KEY, token),
  clear: (): void => sessionStorage.removeItem(KEY),
  isSendable: (token: string): boolean => SENDABLE.test(token),
};
