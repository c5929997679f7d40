import {
  type FieldError,
  formatDuration,
  intervalMsOf,
  type MonitorSettings,
  parseDuration,
  timeoutFault,
} from '@9volt/contracts';

/** The faults of consecutive timeouts: their sum must be below the interval, too. */
export function timeoutFaults<S extends MonitorSettings>(
  settings: S,
  attributes: readonly (keyof S & string)[],
): FieldError[] {
  const single = attributes.flatMap((attribute) => timeoutFault(settings, attribute));
  return single.length > 0 ? single : sumFault(settings, attributes);
}

function sumFault<S extends MonitorSettings>(settings: S, attributes: readonly (keyof S & string)[]): FieldError[] {
  const written = attributes.filter((attribute) => settings[attribute] !== undefined);
  const sumMs = written.reduce((sum, attribute) => sum + parseDuration(settings[attribute]), 0);
  const [first] = written;
  if (first === undefined || sumMs < intervalMsOf(settings)) return [];
  const expected = `together less than the interval, ${formatDuration(intervalMsOf(settings))}`;
  return [
    {
      path: `/${first}`,
      value: settings[first],
      expected,
      message: `${written.join(' + ')}: ${formatDuration(sumMs)} is not below the interval; expected ${expected}`,
    },
  ];
}
