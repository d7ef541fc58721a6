// The part of Markdown that text panels use: headings, paragraphs, lists, code, emphasis, links.
// HTML in it stays text.

export type Inline =
  | { kind: "text" | "code"; text: string }
  | { kind: "strong" | "em"; children: Inline[] }
  | { kind: "link"; href: string; children: Inline[] };

export type Block =
  | { kind: "heading"; level: number; children: Inline[] }
  | { kind: "paragraph"; children: Inline[] }
  | { kind: "code"; text: string }
  | { kind: "list"; ordered: boolean; items: Inline[][] }
  | { kind: "rule" };

const INLINE =
  /`([^`]+)`|\*\*([^*]+)\*\*|__([^_]+)__|\*([^*\s][^*]*)\*|\b_([^_]+)_\b|\[([^\]]+)\]\(([^()\s]+)\)/;

/** Relative to this page, or to another on the web: nothing else is followed. */
function isSafe(href: string): boolean {
  return /^(https?:\/\/|mailto:|\/(?!\/)|#|\?)/i.test(href);
}

export function parseInline(text: string): Inline[] {
  const out: Inline[] = [];
  let rest = text;
  for (let found = INLINE.exec(rest); found; found = INLINE.exec(rest)) {
    const [whole, code, strong, strongToo, em, emToo, label, href] = found;
    if (found.index > 0) out.push({ kind: "text", text: rest.slice(0, found.index) });
    if (code !== undefined) out.push({ kind: "code", text: code });
    else if (strong ?? strongToo)
      out.push({ kind: "strong", children: parseInline((strong ?? strongToo) as string) });
    else if (em ?? emToo) out.push({ kind: "em", children: parseInline((em ?? emToo) as string) });
    else if (href !== undefined && isSafe(href))
      out.push({ kind: "link", href, children: parseInline(label as string) });
    else out.push({ kind: "text", text: whole });
    rest = rest.slice(found.index + whole.length);
  }
  if (rest !== "") out.push({ kind: "text", text: rest });
  return out;
}

const ITEM = /^\s*(?:([-*+])|(\d{1,9})[.)])\s+(.*)$/;

export function parseMarkdown(text: string): Block[] {
  const lines = text.replace(/\r\n?/g, "\n").split("\n");
  const blocks: Block[] = [];
  let paragraph: string[] = [];
  const endParagraph = () => {
    if (paragraph.length > 0)
      blocks.push({ kind: "paragraph", children: parseInline(paragraph.join(" ")) });
    paragraph = [];
  };
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] as string;
    const heading = /^(#{1,6})\s+(.*?)\s*#*$/.exec(line);
    const item = ITEM.exec(line);
    if (line.startsWith("```")) {
      endParagraph();
      const end = lines.findIndex((other, index) => index > at && other.startsWith("```"));
      const until = end < 0 ? lines.length : end;
      blocks.push({ kind: "code", text: lines.slice(at + 1, until).join("\n") });
      at = until;
    } else if (heading) {
      endParagraph();
      const level = (heading[1] as string).length;
      blocks.push({ kind: "heading", level, children: parseInline(heading[2] as string) });
    } else if (/^\s*([-*_])(\s*\1){2,}\s*$/.test(line)) {
      endParagraph();
      blocks.push({ kind: "rule" });
    } else if (item) {
      endParagraph();
      addItem(blocks, item[2] !== undefined, item[3] as string);
    } else if (line.trim() === "") {
      endParagraph();
    } else {
      paragraph.push(line.trim());
    }
  }
  endParagraph();
  return blocks;
}

function addItem(blocks: Block[], ordered: boolean, text: string): void {
  const last = blocks.at(-1);
  if (last?.kind === "list" && last.ordered === ordered) last.items.push(parseInline(text));
  else blocks.push({ kind: "list", ordered, items: [parseInline(text)] });
}
