/** Who asks, for what, of which environment, and when: what a rule of a policy may depend on beside the label. */
export interface QuerySubject {
  readonly role: string;
  readonly purpose?: string;
  /** Of the data source. */
  readonly environment?: string;
  /** The moment that counts for time windows and exceptions. */
  readonly at: Date;
  /** Of the user who asks: `user`, and what else their credential says. */
  readonly attributes?: Readonly<Record<string, string>>;
}
