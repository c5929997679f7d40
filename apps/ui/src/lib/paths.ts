/** Where things are in the dashboard. A name may hold anything but a slash. */
export const monitorPath = (name: string, ...more: 'edit'[]): string =>
  ['/monitor', encodeURIComponent(name), ...more].join('/');

export const alerterPath = (name: string, ...more: 'edit'[]): string =>
  ['/alerter', encodeURIComponent(name), ...more].join('/');
