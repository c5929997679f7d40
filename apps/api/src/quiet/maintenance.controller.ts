import { ApiV1 } from '../common/api-v1.decorator.js';
import { PlainController } from '../common/plain-controller.js';
import { MaintenanceService } from './maintenance.service.js';
import type { ShownMaintenance } from './quiet.dto.js';

const Routes = PlainController<ShownMaintenance>({
  what: 'window',
  one: 'a maintenance window',
  all: 'all maintenance windows',
  listed: 'The windows, by name.',
  id: 'Maintenance',
  listId: 'Maintenance',
  body: 'Maintenance',
  shown: 'ShownMaintenance',
  list: 'MaintenanceList',
});

@ApiV1('maintenance', 'Maintenance')
export class MaintenanceController extends Routes {
  constructor(windows: MaintenanceService) {
    super(windows);
  }
}
