// The header x-tributary-denial, taken apart so that statements can be copied: "missing in the
// role trust policy of role R of account A: {statement} (near miss); missing in ...".

export interface DenialPart {
  /** "missing in the role trust policy of role R of account A" */
  text: string;
  /** JSON, indented; "" where the hub names none. */
  statement: string;
  /** The statement that came nearest and why it did not match. */
  nearMiss: string;
}

/** Where the JSON object that begins at `start` ends; -1 where it does not. */
function endOfObject(text: string, start: number): number {
  let depth = 0;
  let quoted = false;
  for (let i = start; i < text.length; ++i) {
    const char = text[i];
    if (quoted && char === "\\") ++i;
    else if (char === '"') quoted = !quoted;
    else if (!quoted && char === "{") ++depth;
    else if (!quoted && char === "}" && --depth === 0) return i + 1;
  }
  return -1;
}

function indented(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), undefined, 2);
  } catch {
    return json;
  }
}

export function parseDenial(header: string): DenialPart[] {
  const parts: DenialPart[] = [];
  let rest = header.trim();
  while (rest) {
    const open = rest.indexOf(": {");
    const stop = rest.indexOf("; missing in ");
    if (open < 0 || (stop >= 0 && stop < open)) {
      const end = stop < 0 ? rest.length : stop;
      parts.push({ text: rest.slice(0, end), statement: "", nearMiss: "" });
      rest = rest.slice(end + 2);
      continue;
    }
    const end = endOfObject(rest, open + 2);
    // Cut off: the header has a limit.
    if (end < 0) return [...parts, { text: rest, statement: "", nearMiss: "" }];
    const after = rest.slice(end);
    const next = after.indexOf("; missing in ");
    const tail = (next < 0 ? after : after.slice(0, next)).trim();
    parts.push({
      text: rest.slice(0, open),
      statement: indented(rest.slice(open + 2, end)),
      nearMiss: tail.replace(/^\((.*)\)$/s, "$1"),
    });
    rest = next < 0 ? "" : after.slice(next + 2);
  }
  return parts;
}
