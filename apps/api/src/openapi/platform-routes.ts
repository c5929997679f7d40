/**
 * The answers of every process, whatever its role: these controllers know nothing of OpenAPI, because worker and scheduler do
 * without it.
 */
export interface PlatformRoute {
  id: string;
  summary: string;
  open: boolean;
  answers: Readonly<Record<number, { schema: string; description: string; mediaType?: string }>>;
}

export const PLATFORM_ROUTES: Readonly<Record<string, PlatformRoute>> = {
  '/livez': {
    id: 'getLiveness',
    summary: 'Check whether the process answers (liveness)',
    open: true,
    answers: { 200: { schema: 'Health', description: 'It does.' } },
  },
  '/readyz': {
    id: 'getReadiness',
    summary: 'Check whether the process can work (readiness)',
    open: true,
    answers: {
      200: { schema: 'Readiness', description: 'It can.' },
      503: { schema: 'Readiness', description: 'Not ready; `missing` lists the reasons.' },
    },
  },
  '/version': {
    id: 'getVersion',
    summary: 'Show the version of 9volt',
    open: true,
    answers: { 200: { schema: 'StatusMessage', description: 'The version.' } },
  },
  '/status/check': {
    id: 'getStatus',
    summary: 'Check the health, as the original 9volt does',
    open: true,
    answers: {
      200: { schema: 'StatusMessage', description: 'Healthy.' },
      500: { schema: 'StatusMessage', description: 'Unhealthy; `status` contains the reason.' },
    },
  },
  '/status/errors': {
    id: 'getErrors',
    summary: 'List the last 200 errors and warnings of this process, newest first',
    open: false,
    answers: { 200: { schema: 'LoggedErrors', description: 'The errors.' } },
  },
  '/metrics': {
    id: 'getMetrics',
    summary: 'Show metrics for Prometheus',
    open: false,
    answers: { 200: { schema: 'Metrics', description: 'The metrics.', mediaType: 'text/plain' } },
  },
};
