import { ScrubjayError } from '../../domain/errors.js';

/** A Terraform folder or plan that was named cannot be read at all. */
export class TerraformInputError extends ScrubjayError {
  readonly code = 'terraform-input';
}
