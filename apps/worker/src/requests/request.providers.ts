import { RequestLedger } from './request-ledger.js';
import { RequestService } from './request.service.js';

/** What answers requests. The module provides `Ownership` and `RunNow` beside. */
export const requestProviders = [RequestLedger, RequestService];
