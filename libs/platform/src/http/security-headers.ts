/** Scripts only from here. */
function contentSecurityPolicy(styles: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src ${styles}`,
    "img-src 'self' data:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "manifest-src 'self'",
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** On every answer of every role, unless its route says otherwise: no cache on the way may keep anything. */
export const DEFAULT_HEADERS: Readonly<Record<string, string>> = {
  // Swagger UI makes style elements.
  'Content-Security-Policy': contentSecurityPolicy("'self' 'unsafe-inline'"),
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
};

/** Of the dashboard's page: its styles are files, too. */
export const DASHBOARD_POLICY = contentSecurityPolicy("'self'");
