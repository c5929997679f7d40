import { ApiV1 } from '../common/api-v1.decorator.js';
import { PlainController } from '../common/plain-controller.js';
import type { ShownStatusPage } from './status-page.dto.js';
import { StatusPagesService } from './status-pages.service.js';

const Routes = PlainController<ShownStatusPage>({
  what: 'page',
  one: 'a status page',
  all: 'all status pages',
  listed: 'The pages, by slug.',
  id: 'StatusPage',
  listId: 'StatusPages',
  body: 'StatusPage',
  shown: 'ShownStatusPage',
  list: 'StatusPageList',
});

@ApiV1('status-page', 'Status pages')
export class StatusPagesController extends Routes {
  constructor(pages: StatusPagesService) {
    super(pages);
  }
}
