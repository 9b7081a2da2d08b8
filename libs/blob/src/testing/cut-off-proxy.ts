import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Passes connections on to a server, until it is cut off: then they break, and new ones are refused. */
export interface CutOffProxy {
  /** `127.0.0.1:<port>` */
  readonly host: string;
  cut(): Promise<void>;
  restore(): Promise<void>;
  close(): Promise<void>;
}

export async function cutOffProxy(target: URL): Promise<CutOffProxy> {
  const sockets = new Set<Socket>();
  const listener = () =>
    createServer((client) => {
      const server = connect(Number(target.port), target.hostname);
      for (const [socket, other] of [[client, server], [server, client]] as const) {
        sockets.add(socket);
        // What breaks on one side breaks on the other.
        socket.on('error', () => other.destroy()).on('close', () => (sockets.delete(socket), other.destroy()));
        socket.pipe(other);
      }
    });
  let server = listener();
  const listen = (port: number) => new Promise<void>((resolve, reject) => void server.once('error', reject).listen(port, '127.0.0.1', resolve));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const cut = async () => {
    // Closing what is closed is no error here.
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return {
    host: `127.0.0.1:${port}`,
    cut,
    restore: () => {
      server = listener();
      return listen(port);
    },
    close: cut,
  };
}
