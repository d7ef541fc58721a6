// Text: plain, or in a part of Markdown.

import type { ComponentChildren } from "preact";
import { useMemo } from "preact/hooks";
import { type Block, type Inline, parseMarkdown } from "../model/markdown";
import styles from "./text-panel.module.css";

const HEADINGS = ["h1", "h2", "h3", "h4", "h5"] as const;

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

function BlockView({ block, level }: { block: Block; level: number }) {
  switch (block.kind) {
    case "heading": {
      const Heading = HEADINGS[level - 1 + (block.level > 2 ? 1 : 0)] ?? "h5";
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

export interface TextPanelProps {
  text: string;
  mode: "markdown" | "plain";
  /** Of the first heading: those above are the page's, the row's, the panel's. */
  level: number;
}

export function TextPanel({ text, mode, level }: TextPanelProps) {
  const blocks = useMemo(() => (mode === "markdown" ? parseMarkdown(text) : []), [text, mode]);
  if (mode === "plain") return <div class={`${styles.text} ${styles.plain}`}>{text}</div>;
  return (
    <div class={styles.text}>
      {blocks.map((block, index) => (
        <BlockView key={index} block={block} level={level} />
      ))}
    </div>
  );
}
