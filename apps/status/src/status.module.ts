import { Module } from '@nestjs/common';
import { PublicCache } from './cache/public-cache.js';
import { StatusListener } from './site/status-listener.js';
import { StatusPagesService } from './site/status-pages.service.js';

/** Public status pages. Reads etcd, writes nothing. Needs the cluster, the platform and the schedule module. */
@Module({ providers: [PublicCache, StatusPagesService, StatusListener] })
export class StatusModule {}
