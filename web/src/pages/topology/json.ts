// JSON in pieces that can be coloured.

export interface JsonToken {
  kind: "key" | "string" | "number" | "word" | "punctuation" | "space";
  text: string;
}

const PIECES = new RegExp(
  [
    String.raw`("(?:[^"\\]|\\.)*")(\s*:)?`,
    String.raw`(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)`,
    "(true|false|null)",
    String.raw`([{}[\],:])`,
    String.raw`(\s+)`,
    "(.)",
  ].join("|"),
  "gs",
);

/** Indented where it is JSON, as it is otherwise. */
export function prettyJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** Every character of the text is in exactly one token, in order. */
export function tokens(text: string): JsonToken[] {
  const found: JsonToken[] = [];
  for (const [, string, colon, number, word, mark, space, other] of text.matchAll(PIECES)) {
    if (string !== undefined) {
      found.push({ kind: colon === undefined ? "string" : "key", text: string });
      if (colon !== undefined) found.push({ kind: "punctuation", text: colon });
    } else if (number !== undefined) found.push({ kind: "number", text: number });
    else if (word !== undefined) found.push({ kind: "word", text: word });
    else if (space !== undefined) found.push({ kind: "space", text: space });
    else found.push({ kind: "punctuation", text: (mark ?? other) as string });
  }
  return found;
}
