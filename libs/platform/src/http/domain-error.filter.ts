import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import { DomainError, ERROR_STATUS } from '@9volt/contracts';
import type { FastifyReply } from 'fastify';

/** The errors of the routes that every process has. The API's own filter comes before this one. */
@Catch(DomainError)
export class DomainErrorFilter implements ExceptionFilter<DomainError> {
  catch({ code, message }: DomainError, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const status = ERROR_STATUS[code];
    if (status === 401) void reply.header('WWW-Authenticate', 'Bearer');
    void reply.status(status).send({ message, status });
  }
}
