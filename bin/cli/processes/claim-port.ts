import { createServer } from "node:net";
import { AppError } from "@/lib/errors";

function listenProblem(code: string | undefined, host: string, port: number): string {
  if (code === "EADDRINUSE")
    return `Port ${port} is in use; end the program that uses it, or choose another port with --port.`;
  if (code === "EACCES") return `Port ${port} needs more rights than this user has; choose one above 1023 with --port.`;
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") return `${host} is no address of this machine; change --host.`;
  return `Port ${port} on ${host} cannot be opened (${code ?? "no reason given"}); choose another with --port.`;
}

/** Checks that `port` can be listened on; 0 finds a free one. Throws AppError `unavailable` with one sentence. */
export function claimPort(host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(new AppError("unavailable", listenProblem(error.code, host, port), { cause: error })),
    );
    server.listen({ host, port, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : port));
    });
  });
}
