import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AddressPolicy } from '../../src/service/network/address-policy.js';
import { sendWebhook } from '../../src/service/webhooks/send-webhook.js';
import { signatureHeaders } from '../../src/service/webhooks/sign-delivery.js';
import { startReceiver } from '../support/serve.js';

describe('a webhook', () => {
  const open = new AddressPolicy({ allowPrivateAddresses: true });
  const closed = new AddressPolicy({ allowPrivateAddresses: false });

  it('is signed as Standard Webhooks has it', () => {
    // The example of the specification's reference libraries.
    const delivery = {
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      timestamp: 1614265330,
      body: '{"test": 2432232314}',
    };
    expect(signatureHeaders(delivery, 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')).toEqual({
      'webhook-id': delivery.id,
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('follows no redirect: it could lead to where it must not go', async () => {
    const answering = { status: 302 };
    const receiver = await startReceiver(answering);
    expect(await sendWebhook(receiver.url, {}, '{}', open)).toBe(302);
    expect(receiver.received).toHaveLength(1);
    await receiver.stop();
  });

  it.each([
    'http://127.0.0.1/',
    'http://[::1]/',
    'http://169.254.169.254/latest/meta-data',
    'http://localhost:1/',
  ])('is not sent to %s where private addresses are forbidden', async (url) => {
    await expect(sendWebhook(url, {}, '{}', closed)).rejects.toMatchObject({ code: 'forbidden-address' });
  });

  it('goes to the address that was found permitted, whatever its name means a moment later', async () => {
    const received: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      received.push(request.headers.host);
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const pinned = { resolve: async () => ['127.0.0.1'] } as unknown as AddressPolicy;
    // The name has no address at all: only the one that the policy gave can have been used.
    expect(await sendWebhook(`http://rebinding.invalid:${port}/`, {}, '{}', pinned)).toBe(200);
    expect(received).toEqual([`rebinding.invalid:${port}`]);
    await new Promise((resolve) => server.close(resolve));
  });

  it('tells in its own words when nobody answers', async () => {
    await expect(sendWebhook('http://127.0.0.1:1/?key=canary', {}, '{}', open)).rejects.toMatchObject({
      code: 'webhook-refused',
      message: expect.not.stringContaining('canary') as string,
    });
  });
});
