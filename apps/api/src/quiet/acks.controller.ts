import { Body, Delete, Param, Put } from '@nestjs/common';
import { ApiV1 } from '../common/api-v1.decorator.js';
import { NameParam, Route } from '../common/docs.js';
import { ok, type StatusMessage } from '../common/status-message.js';
import { AcksService } from './acks.service.js';
import type { ShownAck, ShownPause } from './quiet.dto.js';

@ApiV1('state', 'States')
export class AcksController {
  constructor(private readonly acks: AcksService) {}

  @Route({
    id: 'acknowledgeIncident',
    summary: 'Acknowledge the open incident of a monitor',
    description:
      'Until recovery or expiry 9volt sends no repeats and no escalations. It still notifies if the status gets worse. Answers 409 if no incident is open.',
    body: 'AckRequest',
    bodyRequired: false,
    answers: [{ schema: 'Ack', description: 'Acknowledged.' }],
    errors: [400, 404, 409, 413, 415],
  })
  @NameParam('monitor')
  @Put(':name/ack')
  acknowledge(@Param('name') name: string, @Body() body: unknown): Promise<ShownAck> {
    return this.acks.acknowledge(name, body);
  }

  @Route({
    id: 'removeAcknowledgement',
    summary: 'Remove the acknowledgement of an incident',
    answers: [{ schema: 'StatusMessage', description: 'Removed.' }],
    errors: [404, 409],
  })
  @NameParam('monitor')
  @Delete(':name/ack')
  async unacknowledge(@Param('name') name: string): Promise<StatusMessage> {
    return ok(await this.acks.unacknowledge(name));
  }
}

@ApiV1('monitor', 'Monitors')
export class PausesController {
  constructor(private readonly acks: AcksService) {}

  @Route({
    id: 'pauseMonitor',
    summary: 'Disable a monitor for a time',
    description:
      '9volt does not check the monitor until then. Afterwards the checks start again by themselves, also if another worker runs the monitor by then. The configuration does not change, and a push of files does not end the pause.',
    body: 'PauseRequest',
    answers: [{ schema: 'Pause', description: 'Disabled.' }],
    errors: [400, 404, 409, 413, 415],
  })
  @NameParam('monitor')
  @Put(':name/pause')
  pause(@Param('name') name: string, @Body() body: unknown): Promise<ShownPause> {
    return this.acks.pause(name, body);
  }

  @Route({
    id: 'resumeMonitor',
    summary: 'Enable a monitor that is disabled for a time',
    answers: [{ schema: 'StatusMessage', description: 'The checks continue.' }],
    errors: [404, 409],
  })
  @NameParam('monitor')
  @Delete(':name/pause')
  async resume(@Param('name') name: string): Promise<StatusMessage> {
    return ok(await this.acks.resume(name));
  }
}
