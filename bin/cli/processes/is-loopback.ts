const LOOPBACK = new Set(["localhost", "127.0.0.1", "::1"]);

/** Only programs of this machine can reach such an address. */
export const isLoopback = (host: string): boolean => LOOPBACK.has(host);
