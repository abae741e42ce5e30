import {
  applyDecorators,
  type CanActivate,
  createParamDecorator,
  type ExecutionContext,
  Injectable,
  SetMetadata,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiExtension } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { RateLimits } from '../http/rate-limits.js';
import { ForbiddenError, UnauthenticatedError } from '../problems/problems.js';
import type { Caller } from './caller.js';
import { KnownCallers } from './known-callers.js';
import { allows, type Permission } from './permissions.js';

const PERMISSION = 'scrubjay:permission';
const OPEN = 'scrubjay:open';

/** What a caller must be allowed to do for this route; the OpenAPI document says it too. Every route has this or `Open`. */
export const Requires = (permission: Permission): ClassDecorator & MethodDecorator =>
  applyDecorators(SetMetadata(PERMISSION, permission), ApiExtension('x-permission', permission));

/** A route that anybody may call: health and documentation. */
export const Open = () => SetMetadata(OPEN, true);

/** The verified caller, as a parameter of a route's method. */
export const CallerOf = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  const { caller } = context.switchToHttp().getRequest<AuthenticatedRequest>();
  if (!caller) throw new UnauthenticatedError('route without a caller');
  return caller;
});

export interface AuthenticatedRequest extends FastifyRequest {
  caller?: Caller;
}

/** Verifies the credential and the permission of every request; a route without either is refused. */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly callers: KnownCallers,
    private readonly limits: RateLimits,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean | undefined>(OPEN, targets)) return true;
    const permission = this.reflector.getAllAndOverride<Permission | undefined>(PERMISSION, targets);
    if (!permission) throw new ForbiddenError('that nobody has: the route names none');

    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const caller = await this.#identify(request);
    await this.limits.count(request, caller);
    if (!allows(permission, caller.roles)) throw new ForbiddenError(permission);
    request.caller = caller;
    return true;
  }

  async #identify(request: FastifyRequest): Promise<Caller> {
    try {
      return await this.callers.identify(bearerToken(request.headers.authorization));
    } catch (error) {
      if (error instanceof UnauthenticatedError) await this.limits.countGuess(request);
      throw error;
    }
  }
}

function bearerToken(header: string | undefined): string {
  const [, token] = /^Bearer ([A-Za-z0-9._~+/=-]{1,8192})$/i.exec(header ?? '') ?? [];
  if (token === undefined) throw new UnauthenticatedError('no bearer token');
  return token;
}
