import { Body, Delete, Get, Param, Patch, Put, Res } from '@nestjs/common';
import { ApiConsumes } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ApiV1 } from '../common/api-v1.decorator.js';
import { IfMatch, type Preconditions, tagged } from '../common/etag.js';
import { ok, type StatusMessage } from '../common/status-message.js';
import { ETAG, NameParam, PreconditionHeaders, Route } from '../common/docs.js';
import { ClusterSettingsService, type ShownSettings } from './cluster-settings.service.js';
import type { ShownCluster } from './cluster.dto.js';
import { ClusterService } from './cluster.service.js';
import type { ShownDrain } from './drain.dto.js';
import { DrainsService } from './drains.service.js';

@ApiV1('cluster', 'Cluster')
export class ClusterController {
  constructor(
    private readonly clusters: ClusterService,
    private readonly drains: DrainsService,
    private readonly settings: ClusterSettingsService,
  ) {}

  @Route({
    id: 'getCluster',
    summary:
      'Show members, leader, drained workers, orphaned monitors, quarantined configurations and pending notifications',
    answers: [{ schema: 'Cluster', description: 'The cluster.' }],
  })
  @Get()
  get(): ShownCluster {
    return this.clusters.cluster();
  }

  @Route({
    id: 'getClusterSettings',
    summary: 'Show the cluster settings',
    description: 'Answers 409 if the settings in etcd are invalid; all processes then keep the last valid ones.',
    answers: [{ schema: 'ClusterSettings', description: 'The settings.', headers: ETAG }],
    errors: [409],
  })
  @Get('config')
  async getSettings(@Res({ passthrough: true }) reply: FastifyReply): Promise<ShownSettings['config']> {
    const { config, revision } = await this.settings.get();
    return tagged(reply, config, revision);
  }

  @Route({
    id: 'patchClusterSettings',
    summary: 'Change the cluster settings',
    description:
      'Send a JSON merge patch (RFC 7396). The API validates the result as a whole; all processes apply it without a restart.',
    body: 'MergePatch',
    answers: [{ schema: 'ClusterSettings', description: 'Stored.', headers: ETAG }],
    errors: [400, 409, 412, 413, 415],
  })
  @ApiConsumes('application/merge-patch+json', 'application/json')
  @PreconditionHeaders()
  @Patch('config')
  async patchSettings(
    @Body() body: unknown,
    @IfMatch() expected: Preconditions,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ShownSettings['config']> {
    const { config, revision } = await this.settings.patch(body, expected);
    return tagged(reply, config, revision);
  }

  @Route({
    id: 'drainWorker',
    summary: 'Drain a worker',
    description:
      'Moves the monitors of the worker to other workers, without a missed check, and gives it no new ones. The drain belongs to the name, so it survives a restart. Idempotent. You can drain a worker before it starts; `members` is then empty.',
    answers: [
      { schema: 'Drain', description: 'The worker was already drained.' },
      { status: 201, schema: 'Drain', description: 'The worker is now drained.' },
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
    summary: 'Undrain a worker',
    answers: [{ schema: 'StatusMessage', description: 'The worker accepts monitors again.' }],
    errors: [404],
  })
  @NameParam('worker')
  @Delete('drain/:name')
  async undrain(@Param('name') name: string): Promise<StatusMessage> {
    return ok(await this.drains.undrain(name));
  }
}
