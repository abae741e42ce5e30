import { ScrubjayError } from '../../domain/errors.js';

/** A mistake in a request, with the HTTP status that says so. */
export abstract class RequestError extends ScrubjayError {
  abstract readonly status: number;
}

/** No credential, or one that does not hold. The reason is for the log, not for the caller. */
export class UnauthenticatedError extends RequestError {
  readonly code = 'unauthenticated';
  readonly status = 401;

  constructor(readonly reason: string) {
    super(
      'the request carries no valid credential',
      'send an "Authorization: Bearer …" header with an API key or a token',
    );
  }
}

export class ForbiddenError extends RequestError {
  readonly code = 'forbidden';
  readonly status = 403;

  constructor(permission: string) {
    super(`this needs the permission ${permission}`, 'ask a tenant-admin for a role that has it');
  }
}

/** The credential has no role, or several, that the policy knows. */
export class ForbiddenRoleError extends RequestError {
  readonly code = 'forbidden-role';
  readonly status = 403;

  /** @param known roles of the credential that the policy knows */
  constructor(known: readonly string[]) {
    super(
      known.length > 1
        ? 'the credential has several roles that the policy knows'
        : 'the credential has no such role that the policy knows',
      known.length > 0
        ? `say which, with "role": ${known.join(', ')}`
        : "a steward names the role under 'roles' in the policy",
    );
  }
}

/** Also for what belongs to another tenant: it does not exist here. */
export class NotFoundError extends RequestError {
  readonly code = 'not-found';
  readonly status = 404;

  constructor(what: string) {
    super(`no such ${what}`, `list what there is and check the id`);
  }
}

/** The request's body, query or header has a wrong shape; `problems` names each place. */
export class InvalidRequestError extends RequestError {
  readonly code = 'invalid-request';
  readonly status = 400;

  constructor(readonly problems: readonly { readonly at: string; readonly problem: string }[]) {
    super('the request cannot be understood', 'mend the places named in "problems"');
  }
}

export class ConflictError extends RequestError {
  readonly code: string;
  readonly status = 409;

  constructor(code: string, message: string, hint: string) {
    super(message, hint);
    this.code = code;
  }
}

/** Somebody else changed the resource since the caller read it. */
export class PreconditionFailedError extends RequestError {
  readonly code = 'precondition-failed';
  readonly status = 412;

  constructor() {
    super('the resource was changed since you read it', 'read it again and send its new ETag as If-Match');
  }
}

export class PreconditionRequiredError extends RequestError {
  readonly code = 'precondition-required';
  readonly status = 428;

  constructor() {
    super('a change must say which version it changes', 'send the resource’s ETag as If-Match');
  }
}

/** More requests than the limit lets through; try again after `retryAfterSeconds`. */
export class TooManyRequestsError extends RequestError {
  readonly code = 'too-many-requests';
  readonly status = 429;

  constructor(readonly retryAfterSeconds: number) {
    super('too many requests in one minute', `wait ${retryAfterSeconds} seconds and try again`);
  }
}
