const KEY = '9volt-author';

/** The author of silences and acknowledgements, as last entered in this browser. */
export const author = {
  get: (): string => localStorage.getItem(KEY) ?? '',
  set: (name: string): void => localStorage.setItem(KEY, name),
};
