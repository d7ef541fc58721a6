// Text: plain, or in a part of Markdown.

import type { ComponentChildren } from "preact";
import { useMemo } from "preact/hooks";
import { type Block, type Inline, parseMarkdown } from "../model/markdown";
import styles from "./text-panel.module.css";

function inline(parts: Inline[]): ComponentChildren {
  return parts.map((part, index) => {
    switch (part.kind) {
      case "code":
        return <code key={index}>{part.text}</code>;
      case "strong":
        return <strong key={index}>{inline(part.children)}</strong>;
      case "em":
        return <em key={index}>{inline(part.children)}</em>;
      case "link":
        return (
          <a key={index} href={part.href} target="_blank" rel="noreferrer">
            {inline(part.children)}
          </a>
        );
      default:
        return part.text;
    }
  });
}

function BlockView({ block }: { block: Block }) {
  switch (block.kind) {
    case "heading": {
      // The page's title is the first, the section's the second, the panel's the third.
      const Heading = block.level <= 2 ? "h4" : "h5";
      return <Heading>{inline(block.children)}</Heading>;
    }
    case "code":
      return <pre>{block.text}</pre>;
    case "list": {
      const List = block.ordered ? "ol" : "ul";
      return (
        <List>
          {block.items.map((item, index) => (
            <li key={index}>{inline(item)}</li>
          ))}
        </List>
      );
    }
    case "rule":
      return <hr />;
    default:
      return <p>{inline(block.children)}</p>;
  }
}

export function TextPanel({ text, mode }: { text: string; mode: "markdown" | "plain" }) {
  const blocks = useMemo(() => (mode === "markdown" ? parseMarkdown(text) : []), [text, mode]);
  if (mode === "plain") return <div class={`${styles.text} ${styles.plain}`}>{text}</div>;
  return (
    <div class={styles.text}>
      {blocks.map((block, index) => (
        <BlockView key={index} block={block} />
      ))}
    </div>
  );
}
