import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecure } from 'node:https';
import { createServer as createTcp, type Server, type Socket } from 'node:net';
import { collectWeb } from '../../src/engines/web/collect-web.js';
import { readChecks } from '../../src/rules/read-checks.js';
import { makeCertificate } from '../support/certificates.js';
import { answersOf } from './answers.js';

type Sent = Readonly<Record<string, string | string[]>>;

const CSP = 'content-security-policy';
const ALLOW = 'access-control-allow-origin';

/** Check, what it answers, over what, the headers, the page. */
const cases: readonly (readonly [string, string, 'http' | 'https', Sent, string?])[] = [
  ['web-https', 'fail', 'http', {}],
  ['web-https', 'pass', 'https', {}],
  ['web-hsts', 'not-applicable', 'http', {}],
  ['web-hsts', 'fail', 'https', {}],
  ['web-hsts', 'warn', 'https', { 'strict-transport-security': 'max-age=60' }],
  ['web-hsts', 'pass', 'https', { 'strict-transport-security': 'max-age=31536000; includeSubDomains' }],
  ['web-csp', 'fail', 'http', {}],
  ['web-csp', 'fail', 'http', { [CSP]: "default-src 'self' 'unsafe-inline'" }],
  ['web-csp', 'fail', 'http', { [CSP]: "default-src 'self' 'UNSAFE-INLINE'" }],
  ['web-csp', 'fail', 'http', { [CSP]: "script-src *; script-src 'self'" }],
  ['web-csp', 'fail', 'http', { [CSP]: "script-src 'self'; script-src-elem *" }],
  ['web-csp', 'fail', 'http', { [CSP]: "script-src 'self' data:" }],
  ['web-csp', 'fail', 'http', { [CSP]: "img-src 'self'" }],
  ['web-csp', 'pass', 'http', { [CSP]: "default-src 'self'" }],
  ['web-csp', 'pass', 'http', { [CSP]: ['script-src *', "script-src 'self'"] }],
  ['web-csp', 'pass', 'http', { [CSP]: "script-src 'nonce-x' 'unsafe-inline' 'strict-dynamic'" }],
  ['web-csp', 'pass', 'http', {}, `<meta http-equiv="Content-Security-Policy" content="script-src 'self'">`],
  ['web-cors', 'fail', 'http', { [ALLOW]: '(the origin)', 'access-control-allow-credentials': 'true' }],
  ['web-cors', 'fail', 'http', { [ALLOW]: 'null', 'access-control-allow-credentials': 'true' }],
  ['web-cors', 'warn', 'http', { [ALLOW]: '*' }],
  ['web-cors', 'pass', 'http', { [ALLOW]: 'https://shop.example' }],
  ['web-cors', 'pass', 'http', {}],
];

describe('checks of a site', () => {
  const servers: Server[] = [];
  const sockets: Socket[] = [];

  afterEach(() => {
    sockets.splice(0).forEach((socket) => socket.destroy());
    servers.splice(0).forEach((server) => server.close());
  });

  async function listen(server: Server, scheme: string): Promise<string> {
    servers.push(server);
    server.on('connection', (socket: Socket) => sockets.push(socket.on('error', () => undefined)));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `${scheme}://127.0.0.1:${(server.address() as { port: number }).port}/`;
  }

  function serve(scheme: 'http' | 'https', answer: RequestListener): Promise<string> {
    if (scheme === 'http') return listen(createServer(answer), scheme);
    const { certificate: cert, key } = makeCertificate({ subject: 'shop', names: ['shop.example'] });
    return listen(createSecure({ cert, key }, answer), scheme);
  }

  async function ask(id: string, url: string, timeoutMs = 3000) {
    const { page, foreignOrigin } = await collectWeb(url, timeoutMs);
    if (!page.read || !foreignOrigin.read) throw new Error('the site was not read');
    return answersOf(id, 'web', { page: page.value, foreignOrigin: foreignOrigin.value });
  }

  const rows = cases.map(
    ([id, outcome, scheme, sent, page = '<p>hello']) => [id, outcome, scheme, sent, page] as const,
  );

  it.each(rows)('%s: %s over %s with %j', async (id, outcome, scheme, sent, page) => {
    const url = await serve(scheme, (request, response) => {
      for (const [name, value] of Object.entries(sent))
        response.setHeader(name, value === '(the origin)' ? (request.headers.origin ?? 'none') : value);
      response.end(page);
    });
    expect((await ask(id, url)).map((answer) => answer.outcome)).toEqual([outcome]);
  });

  it('are each shown something to complain of, and something to pass', async () => {
    const wanted = (await readChecks()).filter(({ check }) => check.on === 'web').map(({ id }) => id);
    for (const outcome of ['fail', 'pass'])
      expect([...new Set(cases.filter((each) => each[1] === outcome).map(([id]) => id))].sort()).toEqual(
        [...wanted].sort(),
      );
  });

  it('follow redirects to where the page is', async () => {
    const secure = await serve('https', (_, response) => response.end('<p>hello'));
    const url = await serve('http', (_, response) => response.writeHead(308, { location: secure }).end());
    expect(await ask('web-https', url)).toMatchObject([{ outcome: 'pass' }]);
  });

  it('give up redirects without end', async () => {
    const url = await serve('http', (_, response) => response.writeHead(302, { location: '/again' }).end());
    expect((await collectWeb(url, 3000)).page).toMatchObject({
      read: false,
      why: expect.stringContaining('too many redirects') as string,
    });
  });

  it.each<readonly [string, (socket: Socket) => void]>([
    ['says nothing', () => undefined],
    ['stops within its headers', (socket) => socket.write('HTTP/1.1 200 OK\r\nx: ')],
    ['stops within its page', (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nab')],
    [
      'sends a byte now and then',
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n');
        const drip = setInterval(() => socket.write('x'), 20);
        socket.on('close', () => clearInterval(drip));
      },
    ],
  ])(
    'wait no longer than they may for a host that %s',
    async (_, answer) => {
      const url = await listen(
        createTcp((socket) => void socket.once('data', () => answer(socket))),
        'http',
      );
      const { page, foreignOrigin } = await collectWeb(url, 200);
      expect(page).toMatchObject({
        read: false,
        why: expect.stringMatching(/^the site does not answer/) as string,
      });
      expect(foreignOrigin.read).toBe(false);
    },
    5000,
  );

  it('read no more of an endless page than its head', async () => {
    const url = await serve('http', (_, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      };
      response.on('drain', more);
      more();
    });
    expect(await ask('web-csp', url)).toMatchObject([{ outcome: 'fail' }]);
  }, 5000);
});
