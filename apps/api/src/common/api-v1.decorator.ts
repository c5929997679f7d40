import { applyDecorators, Controller, UseGuards } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ReadyGuard } from './ready.guard.js';
import { SameSiteGuard } from './same-site.guard.js';

/** A controller of `/api/v1/<noun>`: closed to other sites, and unavailable until the cluster was read once. */
export function ApiV1(noun: string, tag: string): ClassDecorator {
  return applyDecorators(Controller(`api/v1/${noun}`), ApiTags(tag), UseGuards(SameSiteGuard, ReadyGuard));
}
