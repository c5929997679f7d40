import { Answers } from './answers.js';
import { RequestService } from './request.service.js';

/** What answers requests. */
export const requestProviders = [Answers, RequestService];
