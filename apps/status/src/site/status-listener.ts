import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { guarded } from '@9volt/contracts';
import { AppLogger, limitConnections, listenFault, NodeConfig } from '@9volt/platform';
import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { StatusPagesService } from './status-pages.service.js';

const HEADERS_MS = 15_000;
const IDLE_MS = 90_000;

/** The address of `--status-listen`: the public pages and nothing else, for a node whose other routes must stay private. */
@Injectable()
export class StatusListener implements OnApplicationBootstrap, OnModuleDestroy {
  private server: Server | undefined;

  constructor(
    private readonly config: NodeConfig,
    private readonly pages: StatusPagesService,
    private readonly logger: AppLogger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { statusListen, limits } = this.config;
    if (!statusListen) return;
    const log = this.logger.child('status-pages');
    const { site } = this.pages;
    const server = createServer(
      { headersTimeout: HEADERS_MS, requestTimeout: HEADERS_MS },
      guarded('a request for a status page', (request: IncomingMessage, response: ServerResponse) => {
        // Bodies are not read.
        request.resume();
        if (request.method !== 'GET' && request.method !== 'HEAD') {
          response.writeHead(405, { Allow: 'GET, HEAD', 'Content-Length': '0', Connection: 'close' }).end();
          return;
        }
        const { status, headers, body } = site.answer({ url: request.url ?? '', headers: request.headers });
        response.writeHead(status, headers).end(request.method === 'HEAD' ? undefined : body);
      }),
    );
    server.timeout = IDLE_MS;
    limitConnections(server, limits, log);
    this.server = server;
    server.listen(statusListen);
    try {
      await once(server, 'listening');
    } catch (error) {
      throw listenFault(error, statusListen, '--status-listen') ?? error;
    }
    log.info(`status pages listen on port ${this.port}`);
  }

  /** 0 while it does not listen. */
  get port(): number {
    const address = this.server?.address();
    return address && typeof address === 'object' ? address.port : 0;
  }

  async onModuleDestroy(): Promise<void> {
    const { server } = this;
    if (!server) return;
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }
}
