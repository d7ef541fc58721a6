import { defineConfig } from "vite";

// The bundle that the hub embeds (src/hub/console). `npm run dev` passes API calls to a hub at HUB.
const hub = process.env.HUB ?? "http://127.0.0.1:9009";

export default defineConfig({
  base: "/console/",
  esbuild: { jsx: "automatic", jsxImportSource: "preact" },
  build: {
    outDir: process.env.OUT_DIR ?? "dist",
    emptyOutDir: true,
    target: "es2022",
    // 3 % smaller than esbuild's, of a bundle that has a limit (tests/web/run.py).
    minify: "terser",
    // Content-Security-Policy forbids data: scripts and styles; files can be cached for ever.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      output: {
        // The built-in dashboards are alike, so together they compress to less.
        manualChunks: (id) => (id.includes("/grafana/dashboards/") ? "built-in" : undefined),
      },
    },
  },
  server: {
    // Host stays as it was signed: an address alone would have it changed.
    proxy: {
      "^/(workspaces|topology|denials|dashboards)": { target: hub },
      // STS; what is no POST is Vite's own.
      "^/$": { target: hub, bypass: ({ method, url }) => (method === "POST" ? undefined : url) },
    },
    // The built-in dashboards stand in deploy/grafana.
    fs: { allow: [".."] },
  },
});
