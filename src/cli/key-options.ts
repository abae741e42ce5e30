import { Option } from 'commander';

/** `--key-file FILE` and `--signing-key FILE`; the environment is asked where they are not given. */
export interface KeyChoice {
  readonly keyFile?: string;
  readonly signingKey?: string;
}

/** The file of the masking key. */
export function keyFileOption(): Option {
  return new Option(
    '--key-file <file>',
    'masking key that stand-ins come from (default: SCRUBJAY_KEY_FILE or SCRUBJAY_KEY)',
  );
}

/** The file of the signing key. */
export function signingKeyOption(): Option {
  return new Option(
    '--signing-key <file>',
    'key that signs the attestation (default: SCRUBJAY_SIGNING_KEY, else one derived from the masking key)',
  );
}
