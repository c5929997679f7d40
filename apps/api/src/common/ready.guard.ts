import { type CanActivate, Injectable } from '@nestjs/common';
import { ClusterCache } from '../cache/cluster-cache.js';

/** An empty cache must not look like an empty cluster. */
@Injectable()
export class ReadyGuard implements CanActivate {
  constructor(private readonly cache: ClusterCache) {}

  canActivate(): boolean {
    this.cache.assertReady();
    return true;
  }
}
