const KEY = '9volt-access-token';

/** The characters of a header. */
const SENDABLE = /^[\x21-\x7e]+(?: +[\x21-\x7e]+)*$/;

/** The token of this tab: kept until the tab is closed, invisible to others. */
export const accessToken = {
  get: (): string | null => sessionStorage.getItem(KEY),
  set: (token: string): void => sessionStorage.setItem(KEY, token),
  clear: (): void => sessionStorage.removeItem(KEY),
  isSendable: (token: string): boolean => SENDABLE.test(token),
};
