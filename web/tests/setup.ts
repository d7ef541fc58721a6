// Browsers and Node 20 have WebCrypto as a global; Node 18 has it in a module.
import { webcrypto } from "node:crypto";

globalThis.crypto ??= webcrypto as Crypto;
