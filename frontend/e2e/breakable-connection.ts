/** A line between browser and server that a test can break: the browser's own "offline" spares what is under way. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A request that is answered by events, on a connection that may serve others before and after it. */
const OF_AN_ANSWER = /^(POST \S*\/chatkit\/|GET \S*\/events)/;

export async function openBreakableConnection(to: string) {
  const { hostname, port } = new URL(to);
  const sockets = new Set<Socket>();
  const breaks: number[] = [];
  let down = false;
  let broken = () => {};

  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  };
  const server = createServer((near) => {
    if (down) return near.destroy();
    const far = connect(Number(port), hostname);
    keep(near);
    keep(far);
    let left = Number.POSITIVE_INFINITY;
    const breakOff = () => {
      if (!down) return near.destroy();
      // An idle connection that is left would carry the next request.
      for (const socket of sockets) socket.destroy();
      broken();
    };
    near.on('data', (bytes) => {
      if (OF_AN_ANSWER.test(bytes.toString('latin1'))) left = breaks.shift() ?? left;
      far.write(bytes);
    });
    near.on('close', () => far.destroy());
    far.on('data', (bytes) => {
      if (left <= 0) return;
      near.write(bytes.subarray(0, left));
      left -= bytes.length;
      if (left > 0) return;
      if (!breaks.length) down = true;
      // What was written is on its way before the connection is gone.
      near.end(breakOff);
    });
    far.on('end', () => near.end());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    /**
     * Breaks the next answers off, each after so many bytes of its connection; resolves with the last of them,
     * and then lets no connection in until the line is mended.
     */
    breakAnswers: (...after: number[]) =>
      new Promise<void>((resolve) => {
        broken = resolve;
        breaks.push(...after);
      }),
    mend: () => {
      down = false;
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
