import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// Tests in a real Chromium, on the hub that CONSOLE_RIG describes (tests/system/console_rig.py).
// One browser, one test after another: they look at figures, and some stop the hub.
export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  test: {
    include: ["*.browser.ts"],
    environment: "node",
    pool: "forks",
    poolOptions: { forks: { singleFork: true } },
    fileParallelism: false,
    sequence: { concurrent: false },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A machine that is busy with other tests may be late once; which test that was is a figure.
    retry: 1,
  },
});
