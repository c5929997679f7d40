import { applyDecorators, Controller, UseGuards } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ReadyGuard } from './ready.guard.js';

/** A controller of `/api/v1/<noun>`: unavailable until the cluster was read once. */
export function ApiV1(noun: string, tag: string): ClassDecorator {
  return applyDecorators(Controller(`api/v1/${noun}`), ApiTags(tag), UseGuards(ReadyGuard));
}
