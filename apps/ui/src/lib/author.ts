const KEY = '9volt-author';

/** Who silences and acknowledges, as this browser was told last. */
export const author = {
  get: (): string => localStorage.getItem(KEY) ?? '',
  set: (name: string): void => localStorage.setItem(KEY, name),
};
