import { Answers } from './answers.js';
import { RequestLedger } from './request-ledger.js';
import { RequestService } from './request.service.js';

/** What answers requests. */
export const requestProviders = [Answers, RequestLedger, RequestService];
