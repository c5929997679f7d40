import { Cron } from 'croner';

/** A cron expression of five fields in a time zone. Throws if it is not valid. */
export function scheduleOf(schedule: string, timeZone = 'UTC'): Cron {
  return new Cron(schedule, { timezone: timeZone, paused: true, mode: '5-part' });
}

/** Whether it is valid, and there is a next time. */
export function isSchedule(schedule: string, timeZone: string | undefined): boolean {
  try {
    return scheduleOf(schedule, timeZone).nextRun() !== null;
  } catch {
    return false;
  }
}

export function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
