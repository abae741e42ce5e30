import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { packageRoot } from '../../src/package-root.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { pause } from '../support/jobs.js';

// Tracing is for those who install it beside: `.ci/run` does, and names its entry here.
const register = process.env.SCRUBJAY_OTEL_REGISTER;

const canaries = {
  password: 'canary-password-7431',
  hook: 'canary-hook-9917',
  person: 'canary.person@example.org',
  name: 'Canary Novak',
};

(register === undefined ? describe.skip : describe)('traces by OpenTelemetry’s own instrumentation', () => {
  const received: string[] = [];
  let receiver: Server;
  let own: TestDatabase;
  let service: ChildProcess;
  let said = '';
  let token: string;
  let url: string;

  beforeAll(async () => {
    own = await createDatabase();
    receiver = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        received.push(Buffer.concat(chunks).toString());
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    const entry = join(packageRoot, 'dist/src/main.js');
    service = spawn(process.execPath, ['--import', pathToFileURL(register!).href, entry], {
      env: {
        PATH: process.env.PATH,
        PORT: '0',
        DATABASE_URL: own.url,
        SCRUBJAY_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64'),
        ALLOW_PRIVATE_ADDRESSES: 'true',
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        OTEL_METRICS_EXPORTER: 'none',
        OTEL_LOGS_EXPORTER: 'otlp',
        OTEL_BSP_SCHEDULE_DELAY: '200',
        OTEL_NODE_RESOURCE_DETECTORS: 'none',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    service.stdout!.on('data', (text: Buffer) => (said += text.toString()));
    while (!/first API key +\S+/.test(said)) await pause(50);
    [, token] = /first API key +(\S+)/.exec(said)!;
    [, url] = /listens at (\S+)/.exec(said)!;
  });
  afterAll(async () => {
    const gone = once(service, 'exit');
    service.kill('SIGTERM');
    await gone;
    await new Promise((resolve) => receiver.close(resolve));
    await own.drop();
  });

  const call = async (method: string, path: string, body?: object) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const response = await fetch(`${url}${path}`, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    });
    await response.arrayBuffer();
    return response.status;
  };

  it('show requests and statements, and nothing that is secret or personal', async () => {
    const location = `postgres://reader:${canaries.password}@127.0.0.1:9/shop`;
    expect(await call('POST', '/data-sources', { name: 'shop', environment: 'test', location })).toBe(201);
    const hook = { name: 'chat', url: `http://127.0.0.1:9/h?key=${canaries.hook}`, events: ['scan.ended'] };
    expect(await call('POST', '/webhooks', hook)).toBe(201);
    const subject = `oidc:https://id.example.org#${canaries.person}`;
    expect(await call('POST', '/members', { subject, name: canaries.name, roles: ['auditor'] })).toBe(201);
    expect(await call('GET', '/findings')).toBe(200);
    while (!/"name":"GET/.test(received.join()) || !/insert into members/.test(received.join()))
      await pause(50);
    await pause(500);
    const all = received.join();
    for (const secret of [...Object.values(canaries), token, token.split('_')[2]])
      expect(all).not.toContain(secret);
  });
});
