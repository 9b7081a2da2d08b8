// One Apache Kafka broker (KRaft, no ZooKeeper) as a local process.
import { execFile, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { kafkaJars } from './jars.mjs';

const READY_LIMIT_MS = 180_000;
const STOP_LIMIT_MS = 30_000;
const SETPRIV = '/usr/bin/setpriv';

/** Starts a broker with its data in `folder`, reusing what is there. `address` is host:port; `stop` waits for the end. */
export async function startBroker(folder, { heap = '256m', onExit = () => {} } = {}) {
  const jars = await kafkaJars();
  mkdirSync(folder, { recursive: true });
  if (!existsSync(join(folder, 'data', 'meta.properties'))) await format(folder, jars);
  const log = join(folder, 'kafka.log');
  const child = spawnJava(['-Xms' + heap, '-Xmx' + heap, '-XX:+UseSerialGC', '-Dlog4j2.level=INFO', '-cp', `${jars}/*`, 'kafka.Kafka', join(folder, 'server.properties')], log);
  const exited = new Promise((resolve) => child.once('exit', resolve));
  await ready(child, log);
  child.once('exit', onExit);
  return { address: addressOf(folder), pid: child.pid, stop: () => stop(child, exited) };
}

// The kernel ends the broker when the process that started it dies.
function spawnJava(args, log) {
  const output = openSync(log, 'w');
  const [program, ...rest] = existsSync(SETPRIV) ? [SETPRIV, '--pdeathsig', 'TERM', 'java', ...args] : ['java', ...args];
  const child = spawn(program, rest, { stdio: ['ignore', output, output], detached: true });
  closeSync(output);
  return child;
}

async function ready(child, log) {
  const limit = Date.now() + READY_LIMIT_MS;
  while (!readFileSync(log, 'utf8').includes('Kafka Server started')) {
    if (child.exitCode !== null || Date.now() > limit) {
      child.kill('SIGKILL');
      throw new Error(`Apache Kafka did not start: ${readFileSync(log, 'utf8').trim().split('\n').slice(-12).join('\n')}`);
    }
    await delay(100);
  }
}

async function stop(child, exited) {
  child.kill('SIGTERM');
  const slow = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
  await exited;
  clearTimeout(slow);
}

const addressOf = (folder) => /^advertised\.listeners=PLAINTEXT:\/\/(.+)$/m.exec(readFileSync(join(folder, 'server.properties'), 'utf8'))[1];

async function format(folder, jars) {
  const properties = join(folder, 'server.properties');
  // Data that was lost is made anew under the same address: the clients know no other.
  if (!existsSync(properties)) writeFileSync(properties, settings(folder, ...(await freePorts(2))));
  const tool = (...args) => promisify(execFile)('java', ['-Xmx128m', '-cp', `${jars}/*`, 'kafka.tools.StorageTool', ...args]);
  const { stdout } = await tool('random-uuid');
  await tool('format', '-t', stdout.trim().split('\n').at(-1), '-c', properties, '--standalone');
}

/** Ports nobody listens on, all different. */
export async function freePorts(count) {
  const servers = await Promise.all(Array.from({ length: count }, () => new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => resolve(server));
  })));
  return servers.map((server) => {
    const { port } = server.address();
    server.close();
    return port;
  });
}

// One node: every internal topic has one replica, and few partitions for a fast first join and a fast stop. One that died is let in
// again only when the session of its former life is over: 9 s by default, of which nobody else would make use here.
const settings = (folder, port, controller) => `process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=127.0.0.1:${controller}
listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}
advertised.listeners=PLAINTEXT://127.0.0.1:${port}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs=${join(folder, 'data')}
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
auto.create.topics.enable=false
log.retention.hours=168
num.network.threads=2
num.io.threads=4
log.cleaner.dedupe.buffer.size=16777216
`;
