/**
 * @file Postgres as WebAssembly behind a socket, for machines without Postgres. PGlite has one session for all: so a
 * client has it to itself from its first message until the server is ready again outside of a transaction.
 * (The server of @electric-sql/pglite-socket mixes the messages of several clients in between.)
 */
import { createServer, type Socket } from "node:net";
import { PGlite } from "@electric-sql/pglite";
import { Mutex } from "@/lib/db/mutex";

const SSL_REQUEST = 80_877_103;
const CANCEL_REQUEST = 80_877_102;
const READY = "Z".charCodeAt(0);
const TERMINATE = "X".charCodeAt(0);
const IDLE = "I".charCodeAt(0);

export interface PgliteServer {
  port: number;
  stop(): Promise<void>;
}

export async function startPgliteServer(): Promise<PgliteServer> {
  const pglite = await PGlite.create();
  const session = new Mutex();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.once("close", () => sockets.delete(socket));
    socket.on("error", () => {});
    serve(socket, pglite, session).catch(() => socket.destroy());
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      if (address !== null && typeof address === "object") resolve(address.port);
    });
  });
  return {
    port,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await session.run(() => pglite.close());
    },
  };
}

async function serve(socket: Socket, pglite: PGlite, session: Mutex): Promise<void> {
  const messages = readMessages(socket);
  for (;;) {
    const first = await messages.next();
    if (first.done || first.value[0] === TERMINATE) break;
    await session.run(async () => {
      let isReady = false;
      try {
        isReady = await answer(socket, pglite, first.value);
        while (!isReady) {
          const next = await messages.next();
          if (next.done || next.value[0] === TERMINATE) return;
          isReady = await answer(socket, pglite, next.value);
        }
      } finally {
        // Gone within a transaction, in good order or killed: the next client must not find itself in it.
        if (!isReady) await pglite.exec("rollback");
      }
    });
  }
  socket.end();
}

/** Whether the server is now ready for anyone. */
async function answer(socket: Socket, pglite: PGlite, message: Buffer): Promise<boolean> {
  const reply = Buffer.from(await pglite.execProtocolRaw(message));
  if (socket.writable) socket.write(reply);
  let status: number | undefined;
  for (let at = 0; at + 5 <= reply.length; at += 1 + reply.readInt32BE(at + 1)) {
    if (reply[at] === READY) status = reply[at + 5];
  }
  return status === IDLE;
}

/** Whole messages; those before the start-up message have no type byte, and TLS is declined here. */
async function* readMessages(socket: Socket): AsyncGenerator<Buffer, void> {
  let rest = Buffer.alloc(0);
  let isStarted = false;
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      const header = isStarted ? 5 : 8;
      if (rest.length < header) break;
      const length = isStarted ? 1 + rest.readInt32BE(1) : rest.readInt32BE(0);
      if (rest.length < length) break;
      const message = rest.subarray(0, length);
      rest = rest.subarray(length);
      const code = isStarted ? 0 : message.readInt32BE(4);
      if (code === CANCEL_REQUEST) return;
      if (code === SSL_REQUEST) {
        socket.write("N");
        continue;
      }
      isStarted = true;
      yield message;
    }
  }
}
