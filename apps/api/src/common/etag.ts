import { DomainError } from '@9volt/contracts';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

/** The preconditions of a write on the present revision. */
export interface Preconditions {
  ifMatch?: string | undefined;
  ifNoneMatch?: string | undefined;
}

/** The revision of a key, as a strong entity tag. */
function etagOf(revision: number): string {
  return `"${revision}"`;
}

/** Throws `precondition-failed` unless the present revision (undefined if there is none) is the one that the writer expects. */
export function assertPreconditions({ ifMatch, ifNoneMatch }: Preconditions, revision: number | undefined): void {
  if (ifMatch !== undefined && !matches(ifMatch, revision)) {
    const now = revision === undefined ? 'it does not exist' : `it is at ${etagOf(revision)}`;
    throw new DomainError('precondition-failed', `Somebody else changed it: If-Match is ${ifMatch}, but ${now}`);
  }
  if (ifNoneMatch !== undefined && matches(ifNoneMatch, revision)) {
    throw new DomainError('precondition-failed', `It already exists: If-None-Match is ${ifNoneMatch}`);
  }
}

function matches(header: string, revision: number | undefined): boolean {
  if (revision === undefined) return false;
  if (header.trim() === '*') return true;
  return header.split(',').some((tag) => tag.trim() === etagOf(revision));
}

/** The preconditions of a request. */
export const IfMatch = createParamDecorator((_data: unknown, context: ExecutionContext): Preconditions => {
  const { headers } = context.switchToHttp().getRequest<{ headers: Record<string, string> }>();
  return { ifMatch: headers['if-match'], ifNoneMatch: headers['if-none-match'] };
});

/** Answers it with its entity tag; with 201 if this request created it. */
export function tagged<T>(reply: FastifyReply, shown: T, revision: number, isCreated = false): T {
  void reply.status(isCreated ? 201 : 200).header('ETag', etagOf(revision));
  return shown;
}
