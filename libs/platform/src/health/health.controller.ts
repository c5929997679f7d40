import { Controller, Get, Res } from '@nestjs/common';
import { NodeConfig } from '../config/node-config.js';
import { Public } from '../http/route-rules.js';
import { ErrorLog, type LoggedError } from '../logging/error-log.js';
import { Health } from './health.js';

interface Readiness {
  status: string;
  missing: Record<string, string>;
  notes?: Record<string, string>;
}

interface Reply {
  status(code: number): unknown;
}

@Controller()
export class HealthController {
  constructor(
    private readonly config: NodeConfig,
    private readonly health: Health,
    private readonly errors: ErrorLog,
  ) {}

  /** Whether the process answers at all; restart it if not. */
  @Public()
  @Get('livez')
  live(): { status: string } {
    return { status: 'ok' };
  }

  /** Whether it can do its work; names what is missing, but not to strangers. */
  @Public()
  @Get('readyz')
  ready(@Res({ passthrough: true }) reply: Reply): Readiness {
    const missing = this.health.missing();
    const ready = Object.keys(missing).length === 0;
    if (!ready) reply.status(503);
    const status = ready ? 'ready' : 'not ready';
    if (this.config.role === 'status') return { status, missing: {} };
    const notes = this.health.notes();
    return { status, missing, ...(Object.keys(notes).length > 0 ? { notes } : {}) };
  }

  @Public()
  @Get('version')
  version(): { message: string; status: string } {
    return { message: `9volt ${this.config.version}`, status: 'version' };
  }

  /** The original's health check. */
  @Public()
  @Get('status/check')
  check(@Res({ passthrough: true }) reply: Reply): { message: string; status: string } {
    const missing = Object.values(this.health.missing());
    if (missing.length > 0) reply.status(500);
    return { message: `MemberID ${this.health.memberId}`, status: missing.length > 0 ? missing.join('; ') : 'OK' };
  }

  /** The last 200 errors and warnings of this process, newest first. */
  @Get('status/errors')
  recentErrors(): LoggedError[] {
    return this.errors.list();
  }
}
