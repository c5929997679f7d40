import { type DynamicModule, Global, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { NodeConfig } from './config/node-config.js';
import { Health } from './health/health.js';
import { HealthController } from './health/health.controller.js';
import { DomainErrorFilter } from './http/domain-error.filter.js';
import { AppLogger } from './logging/app-logger.js';
import { ErrorLog } from './logging/error-log.js';
import { Metrics } from './metrics/metrics.js';
import { MetricsController } from './metrics/metrics.controller.js';

/** The common parts of every process: configuration, log, health and metrics. */
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
      ],
      exports: [NodeConfig, AppLogger, Health, Metrics, ErrorLog],
    };
  }
}
