import { Get } from '@nestjs/common';
import { ApiV1 } from '../common/api-v1.decorator.js';
import { Route } from '../openapi/docs.js';
import { ClusterService, type ShownCluster } from './cluster.service.js';

@ApiV1('cluster', 'Cluster')
export class ClusterController {
  constructor(private readonly clusters: ClusterService) {}

  @Route({
    id: 'getCluster',
    summary: 'Members, leader, orphans, quarantined configurations and notifications owed',
    answers: [{ schema: 'Cluster', description: 'The cluster.' }],
  })
  @Get()
  get(): ShownCluster {
    return this.clusters.cluster();
  }
}
