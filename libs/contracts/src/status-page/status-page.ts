import { Choice, Items, Text, TextList, TextMap, Time } from '../settings/decorators.js';
import type { FieldError } from '../settings/errors.js';
import { type CrossChecked, fault, itemFaults, pointer } from '../settings/validate-settings.js';

const MAX_GROUPS = 100;
const MAX_ANNOUNCEMENTS = 50;
const MAX_TITLE = 200;
const MAX_WORDS = 4_096;

/** Parts of a monitor that a page shows only if it says so. */
const SHOWN_PARTS = ['message', 'target', 'tags'] as const;
export type ShownPart = (typeof SHOWN_PARTS)[number];

/** Monitors that a page shows under one heading. */
export class StatusGroup implements CrossChecked {
  @Text({ doc: 'Heading of the group.', required: true, maxLength: MAX_TITLE, example: 'Web', group: 'common' })
  title!: string;

  @TextList({
    doc: 'Names of monitors. In a name, * stands for any characters and ? for one.',
    example: ['shop-*'],
    group: 'common',
    refersTo: 'monitor',
  })
  monitors?: string[];

  @TextList({ doc: 'Also the monitors that have all of these tags.', example: ['public'], group: 'common' })
  tags?: string[];

  crossCheck(): FieldError[] {
    if ((this.monitors ?? []).length + (this.tags ?? []).length > 0) return [];
    const expected = 'names of monitors, tags, or both';
    return [{ path: '', expected, message: `the group contains nothing; expected ${expected}` }];
  }
}

export const ANNOUNCEMENT_KINDS = ['info', 'warning', 'incident'] as const;

/** What people say on a page. */
export class Announcement implements CrossChecked {
  @Text({
    doc: 'The announcement.',
    required: true,
    multiline: true,
    maxLength: MAX_WORDS,
    example: 'We are moving to another data centre on Sunday.',
    group: 'common',
  })
  text!: string;

  @Choice({ doc: 'How it looks.', values: ANNOUNCEMENT_KINDS, default: 'info', group: 'common' })
  kind?: (typeof ANNOUNCEMENT_KINDS)[number];

  @Time({ doc: 'When the page begins to show it. Default: at once.', example: '2026-12-24T18:00:00Z', group: 'common' })
  from?: string;

  @Time({ doc: 'When the page stops to show it. Default: never.', example: '2026-12-31T18:00:00Z', group: 'common' })
  until?: string;

  crossCheck(): FieldError[] {
    const { from, until } = this;
    if (from === undefined || until === undefined || Date.parse(from) < Date.parse(until)) return [];
    return [fault('/until', until, 'a time after from')];
  }
}

/** A public page: `status-page/<slug>`. It shows names and statuses, and nothing else of a monitor unless `show` says so. */
export class StatusPageSettings implements CrossChecked {
  @Text({
    doc: 'Title of the page.',
    required: true,
    maxLength: MAX_TITLE,
    example: 'Status of the shop',
    group: 'common',
  })
  title!: string;

  @Text({
    doc: 'Text below the title.',
    multiline: true,
    maxLength: MAX_WORDS,
    example: 'For questions: support@example.com',
    group: 'common',
  })
  description?: string;

  @Items({
    doc: 'The monitors of the page, under headings. A monitor may be in several groups.',
    of: StatusGroup,
    required: true,
    maxEntries: MAX_GROUPS,
    example: [{ title: 'Web', monitors: ['shop-*'] }],
    group: 'common',
  })
  groups!: StatusGroup[];

  @TextMap({
    doc: 'Names that the page shows instead of the names of monitors.',
    example: { 'shop-home': 'Home page' },
    group: 'common',
  })
  names?: Record<string, string>;

  @TextList({
    doc: 'What else the page shows of each monitor: message, target, tags. Default: nothing.',
    example: ['tags'],
    group: 'common',
  })
  show?: ShownPart[];

  @Items({
    doc: 'Announcements, in this order.',
    of: Announcement,
    maxEntries: MAX_ANNOUNCEMENTS,
    example: [{ text: 'We are moving to another data centre on Sunday.' }],
    group: 'common',
  })
  announcements?: Announcement[];

  @TextMap({
    doc: 'Titles of maintenance windows, by their names. A window without a title appears as "Planned maintenance".',
    example: { 'weekly-update': 'Weekly update' },
    group: 'common',
  })
  maintenance?: Record<string, string>;

  crossCheck(): FieldError[] {
    const faults = [
      ...itemFaults(StatusGroup, this.groups, '/groups'),
      ...itemFaults(Announcement, this.announcements ?? [], '/announcements'),
      ...titleFaults('/names', this.names),
      ...titleFaults('/maintenance', this.maintenance),
    ];
    for (const [n, part] of (this.show ?? []).entries()) {
      if (!SHOWN_PARTS.includes(part)) faults.push(fault(`/show/${n}`, part, `one of ${SHOWN_PARTS.join(', ')}`));
    }
    if (this.groups.length === 0) faults.push(fault('/groups', [], 'at least one group'));
    return faults;
  }
}

function titleFaults(path: string, titles: Record<string, string> = {}): FieldError[] {
  return Object.entries(titles)
    .filter(([, title]) => title.trim() === '' || title.length > MAX_TITLE)
    .map(([name, title]) => fault(`${path}/${pointer(name)}`, title, `a text of 1 to ${MAX_TITLE} characters`));
}
