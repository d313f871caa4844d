/** A line between browser and server that a test can cut: the browser's own "offline" spares what is under way. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export async function openLine(to: string) {
  const { hostname, port } = new URL(to);
  const sockets = new Set<Socket>();
  let left = Number.POSITIVE_INFINITY;
  let broken = () => {};

  const cut = () => {
    for (const socket of sockets) socket.destroy();
    broken();
  };
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  };
  const server = createServer((near) => {
    if (left <= 0) return near.destroy();
    const far = connect(Number(port), hostname);
    keep(near);
    keep(far);
    near.pipe(far);
    far.on('data', (bytes) => {
      near.write(bytes.subarray(0, left));
      left -= bytes.length;
      // What was written is on its way before the line is gone.
      if (left <= 0) near.end(cut);
    });
    near.on('close', () => far.destroy());
    far.on('end', () => near.end());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    /** Lets so many bytes of answers through, and then no connection until it is mended. */
    cutAfter: (bytes: number) =>
      new Promise<void>((resolve) => {
        broken = resolve;
        left = bytes;
      }),
    mend: () => {
      left = Number.POSITIVE_INFINITY;
    },
    close: () => {
      cut();
      server.close();
    },
  };
}
