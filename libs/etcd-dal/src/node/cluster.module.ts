import { type DynamicModule, Global, Module, type OnApplicationShutdown } from '@nestjs/common';
import { ClusterNode, type ClusterNodeOptions } from './cluster-node.js';

/**
 * Provides the one {@link ClusterNode} of a process to the modules of all its roles. Leaves the cluster as the last act. It has an
 * entry of its own, `@9volt/etcd-dal/module`, so that commands use etcd without loading Nest.
 */
@Global()
@Module({})
export class ClusterModule implements OnApplicationShutdown {
  constructor(private readonly node: ClusterNode) {}

  static forRoot(options: ClusterNodeOptions): DynamicModule {
    return {
      module: ClusterModule,
      providers: [{ provide: ClusterNode, useFactory: () => new ClusterNode(options) }],
      exports: [ClusterNode],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.node.stop();
  }
}
