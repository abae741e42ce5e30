import fc from 'fast-check';
import { BackendScanner } from '../../src/gateway/protocol/backend-scanner.js';
import { readyForQuery } from '../../src/gateway/protocol/backend-messages.js';
import { FieldWriter } from '../../src/gateway/protocol/field-writer.js';
import {
  type FrontendMessage,
  readFrontendMessage,
  writeFrontendMessage,
} from '../../src/gateway/protocol/frontend-messages.js';
import { FrontendReader } from '../../src/gateway/protocol/frontend-reader.js';
import { ProtocolViolation } from '../../src/gateway/protocol/protocol-violation.js';
import { errorResponse, readMessageFields } from '../../src/gateway/protocol/server-message.js';
import {
  readStartupPacket,
  type StartupPacket,
  writeStartupPacket,
} from '../../src/gateway/protocol/startup-packets.js';

const text = fc.string({ unit: 'grapheme' }).filter((value) => !value.includes('\0') && value.isWellFormed());
const bytes = fc.uint8Array({ maxLength: 40 }).map((value) => Buffer.from(value));
const format = fc.constantFrom(0, 1);

const bindRest = fc
  .tuple(fc.array(format), fc.array(fc.option(bytes)), fc.array(format))
  .map(([formats, values, results]) => {
    const fields = new FieldWriter().uint16(formats.length);
    formats.forEach((one) => fields.int16(one));
    fields.uint16(values.length);
    values.forEach((value) => (value === null ? fields.int32(-1) : fields.int32(value.length).bytes(value)));
    fields.uint16(results.length);
    results.forEach((one) => fields.int16(one));
    return fields.message('x').subarray(5);
  });

const messages: fc.Arbitrary<FrontendMessage> = fc.oneof(
  fc.record({ kind: fc.constant('query' as const), sql: text }),
  fc.record({
    kind: fc.constant('parse' as const),
    name: text,
    sql: text,
    parameterTypes: fc.array(fc.nat(0xffffffff)),
  }),
  fc.record({ kind: fc.constant('bind' as const), portal: text, statement: text, rest: bindRest }),
  fc.record({
    kind: fc.constantFrom('describe' as const, 'close' as const),
    what: fc.constantFrom('statement' as const, 'portal' as const),
    name: text,
  }),
  fc.record({ kind: fc.constant('execute' as const), portal: text, maxRows: fc.nat(0x7fffffff) }),
  fc.record({ kind: fc.constantFrom('sync' as const, 'flush', 'terminate', 'copy-done') }),
  fc.record({ kind: fc.constant('copy-data' as const), bytes }),
  fc.record({ kind: fc.constant('copy-fail' as const), reason: text }),
);

/** Cuts the bytes at random places. */
function inPieces(whole: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set(cuts.map((cut) => cut % (whole.length + 1)))].sort((a, b) => a - b);
  return [0, ...places].map((from, i) => whole.subarray(from, places[i] ?? whole.length));
}

describe('client messages', () => {
  it('are read as they were written, however the bytes arrive', () => {
    fc.assert(
      fc.property(fc.array(messages, { minLength: 1 }), fc.array(fc.nat()), (sent, cuts) => {
        const reader = new FrontendReader(1_000_000);
        const got: FrontendMessage[] = [];
        for (const piece of inPieces(Buffer.concat(sent.map(writeFrontendMessage)), cuts)) {
          reader.push(piece);
          for (let raw = reader.next(); raw; raw = reader.next()) {
            got.push(readFrontendMessage(raw.type, raw.body));
          }
        }
        expect(got).toEqual(sent);
        expect(reader.held).toBe(0);
      }),
    );
  });

  it('are refused, never misread, when any byte of them is another', () => {
    fc.assert(
      fc.property(messages, fc.nat(), fc.nat(255), (message, place, byte) => {
        const whole = Buffer.from(writeFrontendMessage(message));
        whole[place % whole.length] = byte;
        const reader = new FrontendReader(100_000);
        reader.push(whole);
        try {
          const raw = reader.next();
          if (raw) writeFrontendMessage(readFrontendMessage(raw.type, raw.body));
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolViolation);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('are refused by the length they announce, before they are there', () => {
    const reader = new FrontendReader(1_000);
    reader.push(Buffer.from([0x51, 0x00, 0x00, 0x03, 0xe9]));
    expect(() => reader.next()).toThrow(ProtocolViolation);
  });

  it('are refused when their text is not UTF-8', () => {
    const latin1 = Buffer.from([0x73, 0xe9, 0x6c, 0x00]);
    expect(() => readFrontendMessage('Q'.charCodeAt(0), latin1)).toThrow('not UTF-8');
  });
});

describe('start-up packets', () => {
  const packets: fc.Arbitrary<StartupPacket> = fc.oneof(
    fc.record({ kind: fc.constantFrom('ssl-request' as const, 'gssenc-request' as const) }),
    fc.record({
      kind: fc.constant('cancel-request' as const),
      processId: fc.integer({ min: -0x80000000, max: 0x7fffffff }),
      secret: fc.uint8Array({ minLength: 4, maxLength: 256 }).map((value) => Buffer.from(value)),
    }),
    fc.record({
      kind: fc.constant('startup' as const),
      minor: fc.nat(99),
      parameters: fc
        .dictionary(
          text.filter((name) => name !== ''),
          text,
        )
        .map((parameters) => new Map(Object.entries(parameters))),
    }),
  );

  it('are read as they were written', () => {
    fc.assert(
      fc.property(packets, (packet) => {
        const reader = new FrontendReader(0);
        reader.push(writeStartupPacket(packet));
        expect(readStartupPacket(reader.nextPacket()!)).toEqual(packet);
      }),
    );
  });

  it('are refused for protocol 2 and for lengths that no packet has', () => {
    expect(() => readStartupPacket(Buffer.from([0, 2, 0, 0]))).toThrow(ProtocolViolation);
    for (const length of [0, 7, 10_001, 0x7fffffff]) {
      const reader = new FrontendReader(0);
      const bytesOfLength = Buffer.alloc(4);
      bytesOfLength.writeInt32BE(length);
      reader.push(bytesOfLength);
      expect(() => reader.nextPacket()).toThrow(ProtocolViolation);
    }
  });
});

describe('server messages', () => {
  it('keep the fields of an error', () => {
    const error = { severity: 'ERROR', code: '42501', message: 'no', hint: 'ask', position: 7 } as const;
    const fields = readMessageFields(errorResponse(error).subarray(5));
    expect(Object.fromEntries(fields)).toEqual({
      S: 'ERROR',
      V: 'ERROR',
      C: '42501',
      M: 'no',
      H: 'ask',
      P: '7',
    });
  });

  it('pass, vanish or are replaced as they are judged, however the bytes arrive', () => {
    const row = (value: Buffer) => new FieldWriter().uint16(1).int32(value.length).bytes(value).message('D');
    const other = (type: string, value: Buffer) => new FieldWriter().bytes(value).message(type);
    const stream = fc.array(
      fc.oneof(
        bytes.map(row),
        fc.tuple(fc.constantFrom('C', 'T', 'N', 'E'), bytes).map(([type, value]) => other(type, value)),
      ),
    );
    const replacement = readyForQuery('E');
    fc.assert(
      fc.property(stream, fc.array(fc.nat()), fc.boolean(), (sent, cuts, rowsPass) => {
        const scanner = new BackendScanner({
          readsRows: false,
          row: () => (rowsPass ? 'pass' : 'drop'),
          message: (type) => (type === 0x4e ? 'drop' : type === 0x45 ? replacement : 'pass'),
        });
        const got = inPieces(Buffer.concat(sent), cuts).flatMap((piece) => scanner.scan(piece));
        const wanted = sent.flatMap((message) => {
          const type = String.fromCharCode(message[0]);
          if (type === 'N' || (type === 'D' && !rowsPass)) return [];
          return [type === 'E' ? replacement : message];
        });
        expect(Buffer.concat(got)).toEqual(Buffer.concat(wanted));
      }),
    );
  });
});
