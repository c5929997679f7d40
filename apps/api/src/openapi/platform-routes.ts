/** What every process answers, whatever its role: those controllers know nothing of OpenAPI, which worker and scheduler do without. */
export interface PlatformRoute {
  id: string;
  summary: string;
  open: boolean;
  answers: Readonly<Record<number, { schema: string; description: string; mediaType?: string }>>;
}

export const PLATFORM_ROUTES: Readonly<Record<string, PlatformRoute>> = {
  '/livez': {
    id: 'getLiveness',
    summary: 'Whether the process answers at all',
    open: true,
    answers: { 200: { schema: 'Health', description: 'It does.' } },
  },
  '/readyz': {
    id: 'getReadiness',
    summary: 'Whether the process can do its work',
    open: true,
    answers: {
      200: { schema: 'Readiness', description: 'It can.' },
      503: { schema: 'Readiness', description: 'It cannot; `missing` says why.' },
    },
  },
  '/version': {
    id: 'getVersion',
    summary: 'Version of 9volt',
    open: true,
    answers: { 200: { schema: 'StatusMessage', description: 'The version.' } },
  },
  '/status/check': {
    id: 'getStatus',
    summary: "The original's health check",
    open: true,
    answers: {
      200: { schema: 'StatusMessage', description: 'Healthy.' },
      500: { schema: 'StatusMessage', description: 'Unhealthy; `status` says why.' },
    },
  },
  '/status/errors': {
    id: 'getErrors',
    summary: 'The last 200 errors and warnings of this process, newest first',
    open: false,
    answers: { 200: { schema: 'LoggedErrors', description: 'The errors.' } },
  },
  '/metrics': {
    id: 'getMetrics',
    summary: 'Metrics for Prometheus',
    open: false,
    answers: { 200: { schema: 'Metrics', description: 'The metrics.', mediaType: 'text/plain' } },
  },
};
