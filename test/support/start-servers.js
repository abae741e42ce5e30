// Jest loads its set-up outside its own module system: the build (npm's pretest) serves here.
import { EmbeddedServer } from '../../dist/src/engines/postgres/embedded-server.js';

/** One real PostgreSQL for the whole run, found through the environment. */
export default async function startServers() {
  const server = await EmbeddedServer.start({ durability: 'none', settings: { max_connections: '200' } });
  process.env.SCRUBJAY_TEST_POSTGRES_URL = server.url();
  globalThis.scrubjayTestServer = server;
}
