import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { NextConfig } from "next";

const root = dirname(fileURLToPath(import.meta.url));

const nextConfig: NextConfig = {
  // Native or file-reading packages stay outside the bundle. onnxruntime-node is not among them: nothing under app/ may reach it.
  serverExternalPackages: ["@libsql/client", "libsql", "postgres", "pino"],
  // The folder is the project, whatever lock files lie above it.
  turbopack: {
    root,
    // We serve from the checkout and copy no traced files, so what a trace would hold is of no interest.
    ignoreIssue: [{ path: "**", title: /tracing of the whole project/ }],
  },
  outputFileTracingRoot: root,
  // `npm run verify` checks the types of everything; a start after a change should not wait for that.
  typescript: { ignoreBuildErrors: true },
  poweredByHeader: false,
  devIndicators: { position: "bottom-right" },
  reactStrictMode: true,
  // The Content-Security-Policy has a nonce per request, so it is set in proxy.ts; what never changes is set here for every answer.
  headers: async () => [
    {
      source: "/(.*)",
      headers: [
        { key: "X-Content-Type-Options", value: "nosniff" },
        { key: "X-Frame-Options", value: "DENY" },
        { key: "Referrer-Policy", value: "same-origin" },
        { key: "Cross-Origin-Opener-Policy", value: "same-origin" },
        { key: "Cross-Origin-Resource-Policy", value: "same-origin" },
        { key: "Permissions-Policy", value: "camera=(), microphone=(), geolocation=()" },
      ],
    },
  ],
};

export default nextConfig;
