// The AT Protocol's own network for development, on loopback: PLC directory, PDS, AppView, bsync and Ozone.
// Takes one argument of JSON: {"ports": {"pds", "appview", "plc", "ozone", "control"}, "rateLimits": boolean,
// "secret": what signs tokens}.
// Must stand beside the node_modules of its packages: that is where Node looks for them.
import { createServer } from 'node:http'
import net from 'node:net'

const LOOPBACK = new Set(['localhost', '127.0.0.1', '::1'])

// The servers listen everywhere, and look for services of the public network: neither is wanted here.
const { listen } = net.Server.prototype
net.Server.prototype.listen = function (...given) {
  if (given[0] !== null && typeof given[0] === 'object') {
    return listen.call(this, { ...given[0], host: '127.0.0.1' }, ...given.slice(1))
  }
  const rest = typeof given[1] === 'string' ? given.slice(2) : given.slice(1)
  return listen.call(this, given[0], '127.0.0.1', ...rest)
}

const { connect } = net.Socket.prototype
net.Socket.prototype.connect = function (...given) {
  const options = Array.isArray(given[0]) ? given[0][0] : given[0]
  const host = typeof options === 'object' ? options.host : given[1]
  const path = typeof options === 'object' ? options.path : undefined
  if (typeof host === 'string' && !path && !LOOPBACK.has(host)) {
    process.nextTick(() => this.destroy(new Error(`no way out of this machine: ${host}`)))
    return this
  }
  return connect.apply(this, given)
}

const { ports, rateLimits, secret } = JSON.parse(process.argv[2])
const { TestNetwork, mockMailer } = await import('@atproto/dev-env')
const network = await TestNetwork.create({
  dbPostgresSchema: 'live',
  plc: { port: ports.plc },
  pds: {
    port: ports.pds,
    hostname: 'localhost',
    enableDidDocWithSession: true,
    jwtSecret: secret,
    rateLimitsEnabled: rateLimits,
  },
  bsky: { port: ports.appview, publicUrl: `http://localhost:${ports.appview}` },
  ozone: { port: ports.ozone },
})
mockMailer(network.pds)

// POST / answers when the AppView knows all that the PDS has.
createServer(async (request, response) => {
  try {
    if (request.method === 'POST') {
      await network.processAll()
      // What was indexed in its last moment may still be counted, and told to people, in the background.
      await network.bsky.sub.processAll()
    }
    response.writeHead(204).end()
  } catch (error) {
    response.writeHead(500).end(String(error))
  }
}).listen(ports.control)

process.on('SIGTERM', () => process.exit(0))
