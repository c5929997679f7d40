import { Delete, Get, Param, Put, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ApiV1 } from '../common/api-v1.decorator.js';
import { ok, type StatusMessage } from '../common/status-message.js';
import { NameParam, Route } from '../openapi/docs.js';
import { ClusterService, type ShownCluster } from './cluster.service.js';
import { DrainsService, type ShownDrain } from './drains.service.js';

@ApiV1('cluster', 'Cluster')
export class ClusterController {
  constructor(
    private readonly clusters: ClusterService,
    private readonly drains: DrainsService,
  ) {}

  @Route({
    id: 'getCluster',
    summary: 'Members, leader, drained workers, orphans, quarantined configurations and notifications owed',
    answers: [{ schema: 'Cluster', description: 'The cluster.' }],
  })
  @Get()
  get(): ShownCluster {
    return this.clusters.cluster();
  }

  @Route({
    id: 'drainWorker',
    summary: 'Empties a worker and keeps it empty',
    description:
      'By name, so that it stays empty after a restart. Its monitors move to others without a gap. Idempotent. A worker that does not take part at present is kept empty once it does; `members` is empty then.',
    answers: [
      { schema: 'Drain', description: 'It was drained already.' },
      { status: 201, schema: 'Drain', description: 'It is drained from now on.' },
    ],
    errors: [400, 409],
  })
  @NameParam('worker')
  @Put('drain/:name')
  async drain(@Param('name') name: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<ShownDrain> {
    const { drain, created } = await this.drains.drain(name);
    void reply.status(created ? 201 : 200);
    return drain;
  }

  @Route({
    id: 'undrainWorker',
    summary: 'Lets a worker be given monitors again',
    answers: [{ schema: 'StatusMessage', description: 'It may be given monitors.' }],
    errors: [404],
  })
  @NameParam('worker')
  @Delete('drain/:name')
  async undrain(@Param('name') name: string): Promise<StatusMessage> {
    return ok(await this.drains.undrain(name));
  }
}
