import { type DynamicModule, Global, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { AccessTokenGuard } from './access/access-token.guard.js';
import { DomainErrorFilter } from './access/domain-error.filter.js';
import { NodeConfig } from './config/node-config.js';
import { Health } from './health/health.js';
import { HealthController } from './health/health.controller.js';
import { AppLogger } from './logging/app-logger.js';
import { ErrorLog } from './logging/error-log.js';
import { Metrics } from './metrics/metrics.js';
import { MetricsController } from './metrics/metrics.controller.js';

/** What every process has whatever its roles: configuration, log, health, metrics, and the guard of its routes. */
@Global()
@Module({})
export class PlatformModule {
  static forRoot(
    config: NodeConfig,
    logger = AppLogger.create({ debug: config.debug, name: config.memberName }),
  ): DynamicModule {
    return {
      module: PlatformModule,
      controllers: [HealthController, MetricsController],
      providers: [
        { provide: NodeConfig, useValue: config },
        { provide: AppLogger, useValue: logger },
        Health,
        Metrics,
        ErrorLog,
        { provide: APP_FILTER, useClass: DomainErrorFilter },
        { provide: APP_GUARD, useClass: AccessTokenGuard },
      ],
      exports: [NodeConfig, AppLogger, Health, Metrics, ErrorLog],
    };
  }
}
