/** What the other side sent is no message of protocol 3, or one that has no place here. Ends the connection. */
export class ProtocolViolation extends Error {
  /** @param problem names the message and what is wrong with it; never its content */
  constructor(problem: string) {
    super(problem);
    this.name = 'ProtocolViolation';
  }
}
