import { createRequire } from 'node:module';
import { type LoggerService } from '@nestjs/common';
import { type DestinationStream, type Logger as Pino, pino, stdTimeFunctions } from 'pino';
import type { PrettyOptions, PrettyStream } from 'pino-pretty';
import { bounded } from './bounded.js';
import { escapeControls } from './escape-controls.js';

/** Facts that go with a message, as attributes of the JSON line. */
export type Facts = Record<string, unknown>;

/** A logger of one component. It shortens lines that are longer than people read. */
export class Logger {
  constructor(private readonly pino: Pino) {}

  /** Whether anybody sees the output of {@link debug}. */
  get isDebug(): boolean {
    return this.pino.isLevelEnabled('debug');
  }

  debug(message: string, facts: Facts = {}): void {
    if (this.isDebug) this.pino.debug(bounded(facts), bounded(message));
  }
  info(message: string, facts: Facts = {}): void {
    this.pino.info(bounded(facts), bounded(message));
  }
  warn(message: string, facts: Facts = {}): void {
    this.pino.warn(bounded(facts), bounded(message));
  }
  error(message: string, facts: Facts = {}): void {
    this.pino.error(bounded(facts), bounded(message));
  }
}

/** Loaded only where somebody watches: a service writes JSON. */
function prettyStream(options: PrettyOptions): PrettyStream {
  const pretty = createRequire(import.meta.url)('pino-pretty') as (options: PrettyOptions) => PrettyStream;
  return pretty(options);
}

/** The process's logger: JSON lines on stderr, or readable lines on a terminal. */
export class AppLogger {
  private constructor(private readonly root: Pino) {}

  /** `quiet`: only warnings and errors, for a command that reports its steps itself. */
  static create(options: {
    debug: boolean;
    name: string;
    quiet?: boolean;
    destination?: DestinationStream;
  }): AppLogger {
    const readable = !options.destination && process.stderr.isTTY;
    const destination =
      options.destination ??
      (readable
        ? prettyStream({ destination: 2, sync: true, ignore: 'pid,hostname,member', translateTime: 'SYS:HH:MM:ss' })
        : pino.destination({ fd: 2, sync: true }));
    return new AppLogger(
      pino(
        {
          level: options.debug ? 'debug' : options.quiet ? 'warn' : 'info',
          base: { member: options.name },
          timestamp: stdTimeFunctions.isoTime,
          formatters: { level: (label) => ({ level: label }) },
          ...(readable ? { hooks: { streamWrite: escapeControls } } : {}),
        },
        destination,
      ),
    );
  }

  /** Says nothing; for tests. */
  static silent(): AppLogger {
    return new AppLogger(pino({ level: 'silent' }));
  }

  child(component: string): Logger {
    return new Logger(this.root.child({ component }));
  }

  /** For Nest itself: only what an operator should know. */
  forNest(): LoggerService {
    const logger = this.child('nest');
    return {
      log: (message: unknown) => logger.debug(String(message)),
      debug: (message: unknown) => logger.debug(String(message)),
      verbose: (message: unknown) => logger.debug(String(message)),
      warn: (message: unknown) => logger.warn(String(message)),
      error: (message: unknown, ...rest: unknown[]) =>
        logger.error(String(message), rest.length > 0 ? { detail: rest.map(String) } : {}),
      fatal: (message: unknown) => logger.error(String(message)),
    };
  }
}
