# Web app and one worker in one container. Build: docker build -t codetune-studio .
# Run: docker run -p 127.0.0.1:7860:7860 -e CODETUNE_TOKEN=<16 characters or more> -v codetune:/data codetune-studio

FROM node:20-bookworm-slim AS packages
WORKDIR /app
# onnxruntime-node's script would download CUDA files; the CPU runtime is in the package.
ENV ONNXRUNTIME_NODE_INSTALL=skip
COPY package.json package-lock.json .npmrc ./

FROM packages AS build
RUN npm ci --include=dev
COPY . .
# What the build keeps for the next one is not needed here, and would belong to root.
RUN node scripts/build.mjs && rm -rf .next/cache

FROM packages AS production
RUN npm ci --omit=dev && npm cache clean --force

FROM node:20-bookworm-slim
WORKDIR /app
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=7860 \
    CODETUNE_HOME=/data \
    NEXT_TELEMETRY_DISABLED=1
COPY --from=production /app/node_modules ./node_modules
COPY --from=build /app/.next ./.next
COPY --from=build /app/dist ./dist
COPY package.json next.config.ts .gitignore LICENSE README.md ./
# The studio's own source is the dataset that is always there.
COPY app ./app
COPY bin ./bin
COPY components ./components
COPY drizzle ./drizzle
COPY examples ./examples
COPY lib ./lib
COPY models ./models
COPY scripts ./scripts
COPY workers ./workers
# The image's own user node has uid 1000, which Hugging Face Spaces run as.
RUN mkdir /data && chown node:node /data /app/.next
USER node
VOLUME /data
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/api/health', { headers: { authorization: 'Bearer ' + process.env.CODETUNE_TOKEN } }).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Straight to the program: there is nothing to install or build here.
CMD ["node", "dist/cli.mjs", "serve"]
