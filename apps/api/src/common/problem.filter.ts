import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import { messageOf } from '@9volt/contracts';
import { AppLogger, ErrorLog, type Logger } from '@9volt/platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PROBLEM_TYPE, problemOf } from './problem.js';

/** The one place where errors become HTTP. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly log: Logger;

  constructor(
    logger: AppLogger,
    private readonly errors: ErrorLog,
  ) {
    this.log = logger.child('api');
  }

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const [path = ''] = request.url.split('?');
    const problem = problemOf(error, path);
    if (problem.status === 500) this.report(`${request.method} ${path}: ${messageOf(error)}`, error);
    if (reply.sent) return;
    if (problem.status === 401) void reply.header('WWW-Authenticate', 'Bearer');
    void reply
      .status(problem.status)
      .header('Cache-Control', 'no-store')
      .type(PROBLEM_TYPE)
      .send(JSON.stringify(problem));
  }

  private report(message: string, error: unknown): void {
    this.log.error(message, error instanceof Error ? { stack: error.stack } : {});
    this.errors.add({ timestamp: new Date().toISOString(), type: 'error', message });
  }
}
