/** The addresses of the dashboard's pages. The dashboard, the links in alerts and the commands all make them here. */

/** All pages are below this path of a node that serves the API. */
export const DASHBOARD_PATH = '/ui';

/** The documents, on the same nodes. */
export const HELP_PATH = '/help';

/** Paths within the dashboard. A name may contain anything but a slash. */
export function monitorPath(name: string, ...more: 'edit'[]): string {
  return ['/monitor', segment(name), ...more].join('/');
}

export function alerterPath(name: string, ...more: 'edit'[]): string {
  return ['/alerter', segment(name), ...more].join('/');
}

/** The address of a page, from the address at which people reach the node and a path within the dashboard. */
export function pageAddress(publicUrl: string, path = '/'): string {
  return `${publicUrl.replace(/\/+$/, '')}${DASHBOARD_PATH}${path}`;
}

/** Also escapes characters that a URL may contain but at which a chat or a mail program ends a link. */
function segment(name: string): string {
  return encodeURIComponent(name.replaceAll(/\p{Surrogate}/gu, '\ufffd')).replace(
    /[!'()*~]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
