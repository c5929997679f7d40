/** Where the pages of the dashboard are. Whoever makes an address of one asks here: the dashboard itself, the links in alerts, the commands. */

/** All pages stand below this path of a node that serves the API. */
export const DASHBOARD_PATH = '/ui';

/** Paths within the dashboard. A name may hold anything but a slash. */
export function monitorPath(name: string, ...more: 'edit'[]): string {
  return ['/monitor', segment(name), ...more].join('/');
}

export function alerterPath(name: string, ...more: 'edit'[]): string {
  return ['/alerter', segment(name), ...more].join('/');
}

/** The address of a page, of the address under which people reach the node and a path within the dashboard. */
export function pageAddress(publicUrl: string, path = '/'): string {
  return `${publicUrl.replace(/\/+$/, '')}${DASHBOARD_PATH}${path}`;
}

/** Also what a URL may hold as it is and a chat or a mail program takes for the end of a link. */
function segment(name: string): string {
  return encodeURIComponent(name.replaceAll(/\p{Surrogate}/gu, '\ufffd')).replace(
    /[!'()*~]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
