import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';
import { DomainError, ERROR_STATUS, type FieldError, messageOf } from '@9volt/contracts';
import { EtcdError } from '@9volt/etcd-dal';
import type { FieldProblem, Problem } from './problem.dto.js';

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

interface Faulty {
  statusCode?: unknown;
}

/** A caller's answer to any error. Of our own defects it only says that they happened. */
export function problemOf(error: unknown, instance: string): Problem {
  const status = statusOf(error);
  const detail = status === 500 ? 'Internal error; see the log and /status/errors of this process' : detailOf(error);
  const fields = error instanceof DomainError ? error.fields : [];
  return {
    type: error instanceof DomainError ? `urn:9volt:problem:${error.code}` : 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail,
    instance,
    message: detail,
    ...(fields.length > 0 ? { errors: fields.map(fieldProblem) } : {}),
  };
}

export function fieldProblem({ path, message, expected, suggestion }: FieldError): FieldProblem {
  return { pointer: path, message, expected, ...(suggestion === undefined ? {} : { suggestion }) };
}

function statusOf(error: unknown): number {
  if (error instanceof DomainError) return ERROR_STATUS[error.code];
  if (error instanceof HttpException) return error.getStatus();
  if (error instanceof EtcdError) return 503;
  // Fastify's own errors, about a body that it could not read.
  const status = (error as Faulty | null)?.statusCode;
  return typeof status === 'number' && status >= 400 && status < 600 ? status : 500;
}

function detailOf(error: unknown): string {
  if (error instanceof EtcdError && !error.definite) {
    return `${error.message}. The change may or may not be stored; read it again.`;
  }
  return messageOf(error);
}
