import { Body, Delete, Get, Headers, Param, Patch, Put, Res } from '@nestjs/common';
import { ApiConsumes } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ApiV1 } from '../common/api-v1.decorator.js';
import { etagOf, preconditionsOf } from '../common/etag.js';
import { ok, type StatusMessage } from '../common/status-message.js';
import { ETAG, NameParam, PreconditionHeaders, Route } from '../common/docs.js';
import { ClusterSettingsService, type ShownSettings } from './cluster-settings.service.js';
import { ClusterService, type ShownCluster } from './cluster.service.js';
import { DrainsService, type ShownDrain } from './drains.service.js';

@ApiV1('cluster', 'Cluster')
export class ClusterController {
  constructor(
    private readonly clusters: ClusterService,
    private readonly drains: DrainsService,
    private readonly settings: ClusterSettingsService,
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
    id: 'getClusterSettings',
    summary: 'What holds for all processes of the cluster',
    description: '409 when what stands in etcd is not valid: processes then go on with the last good ones.',
    answers: [{ schema: 'ClusterSettings', description: 'The settings.', headers: ETAG }],
    errors: [409],
  })
  @Get('config')
  async getSettings(@Res({ passthrough: true }) reply: FastifyReply): Promise<ShownSettings['config']> {
    const { config, revision } = await this.settings.get();
    void reply.header('ETag', etagOf(revision));
    return config;
  }

  @Route({
    id: 'patchClusterSettings',
    summary: 'Changes what holds for all processes of the cluster',
    description: 'A JSON merge patch (RFC 7396). Checked as a whole; taken up by all processes without a restart.',
    body: 'MergePatch',
    answers: [{ schema: 'ClusterSettings', description: 'Stored.', headers: ETAG }],
    errors: [400, 409, 412, 413, 415],
  })
  @ApiConsumes('application/merge-patch+json', 'application/json')
  @PreconditionHeaders()
  @Patch('config')
  async patchSettings(
    @Body() body: unknown,
    @Headers() headers: Record<string, string>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ShownSettings['config']> {
    const { config, revision } = await this.settings.patch(body, preconditionsOf(headers));
    void reply.header('ETag', etagOf(revision));
    return config;
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
