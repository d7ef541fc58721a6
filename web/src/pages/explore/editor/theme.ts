// How the editor looks: the tokens of theme.css, which reach into its shadow root.

import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

export const editorTheme = [
  EditorView.theme({
    "&": { fontSize: "13px", color: "var(--text)", backgroundColor: "transparent" },
    "&.cm-focused": { outline: "none" },
    ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "20px", maxHeight: "240px" },
    ".cm-content": { padding: "6px 0", caretColor: "var(--text)" },
    ".cm-line": { padding: "0 8px" },
    ".cm-placeholder": { color: "var(--text-muted)" },
    "::selection": { backgroundColor: "color-mix(in srgb, var(--accent) 30%, transparent)" },
    ".cm-tooltip": {
      border: "1px solid var(--border)",
      borderRadius: "var(--radius)",
      backgroundColor: "var(--surface-raised)",
      color: "var(--text)",
      boxShadow: "0 4px 16px rgb(0 0 0 / 25%)",
      maxWidth: "min(90vw, 640px)",
    },
    ".cm-tooltip.cm-tooltip-autocomplete > ul": {
      fontFamily: "var(--mono)",
      fontSize: "12px",
      maxHeight: "min(320px, 40vh)",
      maxWidth: "min(90vw, 560px)",
    },
    ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "3px 8px", lineHeight: "18px" },
    ".cm-tooltip-autocomplete ul li[aria-selected]": {
      backgroundColor: "var(--accent)",
      color: "var(--accent-text)",
    },
    ".cm-completionDetail": { color: "var(--text-muted)", fontStyle: "normal" },
    "li[aria-selected] .cm-completionDetail": { color: "inherit" },
    ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "bold" },
    ".cm-completionInfo": { fontFamily: "var(--font)", fontSize: "12px", padding: "6px 8px" },
    ".cm-diagnostic": { fontFamily: "var(--font)", fontSize: "12px" },
    ".cm-diagnostic-error": { borderLeftColor: "var(--danger)" },
    ".cm-lintRange-error": {
      backgroundImage: "none",
      textDecoration: "underline wavy var(--danger)",
      textUnderlineOffset: "3px",
    },
    ".cm-lintRange-warning": {
      backgroundImage: "none",
      textDecoration: "underline wavy var(--warning)",
      textUnderlineOffset: "3px",
    },
  }),
  syntaxHighlighting(
    HighlightStyle.define([
      { tag: [tags.keyword, tags.modifier], color: "var(--accent)", fontWeight: "600" },
      { tag: tags.function(tags.variableName), color: "var(--accent)" },
      { tag: tags.labelName, color: "var(--text)" },
      { tag: tags.string, color: "var(--success)" },
      { tag: [tags.number, tags.bool, tags.literal], color: "var(--warning)" },
      { tag: tags.comment, color: "var(--text-muted)", fontStyle: "italic" },
      { tag: tags.operator, color: "var(--text-muted)" },
      { tag: tags.invalid, color: "var(--danger)" },
    ]),
  ),
];
