// Small signs for what a box is, drawn in 16 by 16.

import type { Box } from "./picture";

const PATHS: Record<Box["kind"], string> = {
  service: "M4.5 12.5a3 3 0 0 1-.3-6 4 4 0 0 1 7.7-.6 3.3 3.3 0 0 1-.4 6.6z",
  user: "M8 7.5a2.7 2.7 0 1 0 0-5.4 2.7 2.7 0 0 0 0 5.4zM2.8 14a5.2 5.2 0 0 1 10.4 0z",
  role: "M8 1.8l5.2 2v4c0 3-2.2 5.2-5.2 6.4-3-1.2-5.2-3.4-5.2-6.4v-4z",
  workspace: "M2.8 4c0-3 10.4-3 10.4 0v8c0 3-10.4 3-10.4 0zM2.8 4c0 3 10.4 3 10.4 0",
  anyone: "M8 2l6.5 11.5h-13zM8 6.3v3.7M8 11.6v.4",
  account: "M2 4.5h12v8.5h-12zM5.5 4.5v-2h5v2",
  stack: "M2 6.5h9.5v7h-9.5zM4.5 6.5v-3h9.5v7.5h-2.5",
};

export function Glyph({ kind }: { kind: Box["kind"] }) {
  return <path d={PATHS[kind]} fill="none" stroke="currentColor" strokeWidth="1.3" />;
}
