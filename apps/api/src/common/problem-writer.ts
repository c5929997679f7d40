import { Injectable } from '@nestjs/common';
import { MASKED, messageOf, unawaited } from '@9volt/contracts';
import { AppLogger, ErrorLog, type Logger } from '@9volt/platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { drained } from './drained.js';
import type { Problem } from './problem.dto.js';
import { PROBLEM_TYPE, problemOf } from './problem.js';

/** Answers any error, of Nest's routes or from before them, as a problem. */
@Injectable()
export class ProblemWriter {
  private readonly log: Logger;

  constructor(
    logger: AppLogger,
    private readonly errors: ErrorLog,
  ) {
    this.log = logger.child('api');
  }

  write(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const path = shownPath(request.url);
    const problem = problemOf(error, path);
    if (problem.status === 500) this.report(`${request.method} ${path}: ${messageOf(error)}`, error, request.id);
    if (reply.sent) return;
    if (problem.status === 401) void reply.header('WWW-Authenticate', 'Bearer');
    if (problem.status === 429) void reply.header('Retry-After', '1');
    if (problem.status === 413)
      unawaited(
        'the answer to a body',
        drained(request.raw).then(() => this.send(problem, reply)),
      );
    else this.send(problem, reply);
  }

  private send(problem: Problem, reply: FastifyReply): void {
    void reply.status(problem.status).type(PROBLEM_TYPE).send(JSON.stringify(problem));
  }

  private report(message: string, error: unknown, request: string): void {
    this.log.error(message, { request, ...(error instanceof Error ? { stack: error.stack } : {}) });
    this.errors.add({ timestamp: new Date().toISOString(), type: 'error', message });
  }
}

/** The path of a request, without secrets in it: the token of a monitor that waits for calls, however the path is spelt. */
export function shownPath(url: string): string {
  const [path = ''] = url.split('?');
  const masked = decoded(path).replace(/^(\/api\/v1\/push\/).+/i, `$1${MASKED}`);
  return masked.includes(MASKED) ? masked : path;
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
