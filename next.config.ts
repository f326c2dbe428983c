import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { NextConfig } from "next";

const root = dirname(fileURLToPath(import.meta.url));

const nextConfig: NextConfig = {
  // Native or file-reading packages stay outside the bundle. onnxruntime-node is not among them: nothing under app/ may reach it.
  serverExternalPackages: ["@libsql/client", "libsql", "postgres", "pino", "web-tree-sitter"],
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
  // What never changes, for every answer. proxy.ts adds the Content-Security-Policy, which has a nonce per request, and who may
  // show a page in a frame, which depends on where the studio runs and not on where it was built.
  headers: async () => [
    {
      source: "/(.*)",
      headers: [
        { key: "X-Content-Type-Options", value: "nosniff" },
        { key: "Referrer-Policy", value: "same-origin" },
        { key: "Cross-Origin-Opener-Policy", value: "same-origin" },
        { key: "Cross-Origin-Resource-Policy", value: "same-origin" },
        { key: "Permissions-Policy", value: "camera=(), microphone=(), geolocation=()" },
      ],
    },
    { source: "/api/(.*)", headers: [{ key: "X-Frame-Options", value: "DENY" }] },
  ],
};

export default nextConfig;
