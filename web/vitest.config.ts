import { defineConfig, mergeConfig } from "vitest/config";
import page from "./vite.config";

// Unit tests: logic without a page, in Node. What needs a browser is in tests/browser.
const tests = defineConfig({ test: { dir: "src", setupFiles: "tests/setup.ts" } });

export default mergeConfig(page, tests);
