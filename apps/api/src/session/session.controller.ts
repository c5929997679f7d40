import { Body, Controller, Delete, Get, Headers, HttpCode, Post, Res } from '@nestjs/common';
import { ApiExtension, ApiTags } from '@nestjs/swagger';
import { DomainError, fault, isPlainObject } from '@9volt/contracts';
import { AccessTokens, NodeConfig, Public, Sessions } from '@9volt/platform';
import type { FastifyReply } from 'fastify';
import { OPEN, Route, WITHOUT_ETCD } from '../common/docs.js';
import type { ShownSession } from './session.dto.js';

type RequestHeaders = Record<string, string | undefined>;

/** Signs browsers in. Needs nothing of the cluster, so it works while etcd is gone. */
@ApiTags('Session')
@Controller('api/v1/session')
export class SessionController {
  private readonly tokens: AccessTokens;
  private readonly sessions: Sessions;

  constructor(config: NodeConfig) {
    this.tokens = new AccessTokens(config.accessTokens);
    this.sessions = new Sessions(config.accessTokens);
  }

  @Route({
    id: 'getSession',
    summary: 'Whether this browser is signed in',
    answers: [{ schema: 'SignedIn', description: 'Whether a token is needed, and until when the session lasts.' }],
  })
  @ApiExtension(OPEN, true)
  @ApiExtension(WITHOUT_ETCD, true)
  @Public()
  @Get()
  get(@Headers() headers: RequestHeaders): ShownSession {
    const session = this.sessions.of(headers['cookie']);
    const required = this.tokens.demanded;
    return shown(required, !required || session !== undefined || this.tokens.matches(headers), session?.expiresAt);
  }

  @Route({
    id: 'signIn',
    summary: 'Begin a session of a browser with an access token',
    description:
      'Sets a cookie that counts as the token, on every node of the API with that token. A request other than GET also needs the header `X-Requested-With`.',
    body: 'SignIn',
    answers: [{ schema: 'SignedIn', description: 'Signed in.' }],
    errors: [401],
  })
  @ApiExtension(OPEN, true)
  @ApiExtension(WITHOUT_ETCD, true)
  @Public()
  @HttpCode(200)
  @Post()
  signIn(
    @Body() body: unknown,
    @Headers() headers: RequestHeaders,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): ShownSession {
    const { token, stay = false } = isPlainObject(body) ? body : {};
    if (typeof token !== 'string') throw DomainError.invalid([fault('/token', token, 'an access token')]);
    if (typeof stay !== 'boolean') throw DomainError.invalid([fault('/stay', stay, 'true or false')]);
    if (!this.tokens.demanded) return shown(false, true);
    this.tokens.assertGiven({ 'x-access-token': token });
    const { cookie, expiresAt } = this.sessions.begin(token, { stay, secure: isSecure(headers) });
    void reply.header('Set-Cookie', cookie);
    return shown(true, true, expiresAt);
  }

  @Route({
    id: 'signOut',
    summary: 'End the session of this browser',
    answers: [{ schema: 'SignedIn', description: 'Signed out.' }],
  })
  @ApiExtension(OPEN, true)
  @ApiExtension(WITHOUT_ETCD, true)
  @Public()
  @Delete()
  signOut(@Headers() headers: RequestHeaders, @Res({ passthrough: true }) reply: FastifyReply): ShownSession {
    void reply.header('Set-Cookie', this.sessions.end(isSecure(headers)));
    return shown(this.tokens.demanded, !this.tokens.demanded);
  }
}

/** A proxy ends TLS: the browser knows. */
function isSecure({ origin, 'x-forwarded-proto': protocol }: RequestHeaders): boolean {
  return protocol === 'https' || (origin?.startsWith('https:') ?? false);
}

function shown(required: boolean, signedIn: boolean, expiresAt?: number): ShownSession {
  return { required, signedIn, expiresAt: expiresAt === undefined ? null : new Date(expiresAt).toISOString() };
}
