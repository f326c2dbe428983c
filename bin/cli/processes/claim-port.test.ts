import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { expect, test } from "vitest";
import { AppError } from "@/lib/errors";
import { claimPort } from "./claim-port";

test("0 finds a port that can be listened on", async () => {
  const port = await claimPort("127.0.0.1", 0);
  expect(port).toBeGreaterThan(0);
  expect(await claimPort("127.0.0.1", port)).toBe(port);
});

test("a port in use is one sentence that says what to do", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const error = await claimPort("127.0.0.1", port).catch((caught: unknown) => caught);
  server.close();
  expect(error).toBeInstanceOf(AppError);
  expect((error as AppError).message).toBe(
    `Port ${port} is in use; end the program that uses it, or choose another port with --port.`,
  );
});

test("an address of another machine is refused", async () => {
  await expect(claimPort("192.0.2.1", 0)).rejects.toThrow("is no address of this machine");
});
