import { Get } from '@nestjs/common';
import { ApiV1 } from '../common/api-v1.decorator.js';
import { Route } from '../common/docs.js';
import { alerterSchemas, monitorSchemas, type TypeSchemas } from './type-schemas.js';

@ApiV1('schema', 'Schemas')
export class SchemasController {
  @Route({
    id: 'getMonitorSchemas',
    summary: 'Show the JSON Schema of each monitor type',
    answers: [{ schema: 'SchemaMap', description: 'Returns a map from type to its summary and schema.' }],
  })
  @Get('monitor')
  monitor(): TypeSchemas {
    return monitorSchemas();
  }

  @Route({
    id: 'getAlerterSchemas',
    summary: 'Show the JSON Schema of each alerter type',
    answers: [{ schema: 'SchemaMap', description: 'Returns a map from type to its summary and schema.' }],
  })
  @Get('alerter')
  alerter(): TypeSchemas {
    return alerterSchemas();
  }
}
