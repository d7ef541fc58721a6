// The PromQL editor: CodeMirror with the field's own language. A chunk of its own, loaded when
// somebody is about to write.
//
// It lives in a shadow root: there CodeMirror's styles are adopted style sheets, which the
// Content-Security-Policy allows; in the document they would be <style> elements, which it forbids.

import {
  acceptCompletion,
  autocompletion,
  type CompletionContext,
  closeBrackets,
  closeBracketsKeymap,
  closeCompletion,
  completionKeymap,
} from "@codemirror/autocomplete";
import {
  deleteCharBackward,
  deleteCharForward,
  deleteGroupBackward,
  deleteGroupForward,
  history,
  historyKeymap,
  insertNewline,
  selectAll,
} from "@codemirror/commands";
import { forEachDiagnostic } from "@codemirror/lint";
import { EditorState, Prec } from "@codemirror/state";
import { EditorView, keymap, placeholder } from "@codemirror/view";
import { HybridComplete } from "@prometheus-io/codemirror-promql/dist/esm/complete/hybrid";
import { newLintStrategy, promQLLinter } from "@prometheus-io/codemirror-promql/dist/esm/lint";
import { LanguageType, promQLLanguage } from "@prometheus-io/codemirror-promql/dist/esm/promql";
import type { WorkspaceApi } from "../../../api/client";
import type { Interval } from "../../../time/range";
import { CompletionClient } from "./completion-client";
import { editorTheme } from "./theme";

export interface EditorOptions {
  text: string;
  label: string;
  placeholder: string;
  api: WorkspaceApi;
  interval: () => Interval;
  onChange: (text: string) => void;
  onRun: () => void;
  /** What is wrong with the text, in place and here; "" for nothing. */
  onProblem: (message: string) => void;
}

export interface Editor {
  setText(text: string): void;
  /** Where the cursor is, in place of what is selected. */
  insert(text: string): void;
  focus(): void;
  destroy(): void;
}

const METADATA_METRICS_MAX = 10_000;

function firstProblem(state: EditorState): string {
  let first = "";
  forEachDiagnostic(state, (each) => {
    if (each.severity === "error") first ||= each.message;
  });
  return first;
}

// What changes text; the browser moves the cursor by itself.
const EDITING = [
  { key: "Backspace", run: deleteCharBackward, shift: deleteCharBackward },
  { key: "Delete", run: deleteCharForward },
  { key: "Mod-Backspace", mac: "Alt-Backspace", run: deleteGroupBackward },
  { key: "Mod-Delete", mac: "Alt-Delete", run: deleteGroupForward },
  { key: "Mod-a", run: selectAll },
];

function keys(onRun: () => void) {
  const run = (view: EditorView) => {
    closeCompletion(view);
    onRun();
    return true;
  };
  return [
    // Below the completion's own Enter, above the one for a new line.
    Prec.high(
      keymap.of([
        { key: "Enter", run },
        { key: "Mod-Enter", run },
        { key: "Shift-Enter", run: insertNewline },
        { key: "Tab", run: acceptCompletion },
      ]),
    ),
    keymap.of([...closeBracketsKeymap, ...EDITING, ...historyKeymap, ...completionKeymap]),
  ];
}

// Text that replaces a selection: done here, for a browser that does it keeps the look of what was
// there by a style attribute, which the Content-Security-Policy forbids and reports.
const replaceSelection = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { from, to, empty } = view.state.selection.main;
    const text = event.data;
    if (event.inputType !== "insertText" || empty || !text || event.isComposing) return false;
    const insert = () =>
      view.state.update(view.state.replaceSelection(text), { userEvent: "input.type" });
    const handlers = view.state.facet(EditorView.inputHandler);
    if (!handlers.some((handle) => handle(view, from, to, text, insert))) view.dispatch(insert());
    event.preventDefault();
    return true;
  },
});

/** The parts of PromQLExtension without its own HTTP client, which would not sign. */
function promql(client: CompletionClient) {
  const language = promQLLanguage(LanguageType.PromQL);
  const complete = new HybridComplete(client, METADATA_METRICS_MAX);
  const lint = newLintStrategy();
  return [
    language,
    language.data.of({ autocomplete: (context: CompletionContext) => complete.promQL(context) }),
    promQLLinter(lint.promQL, lint),
  ];
}

export function createEditor(host: HTMLElement, options: EditorOptions): Editor {
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  const client = new CompletionClient(options.api, options.interval);
  const watch = EditorView.updateListener.of((update) => {
    if (update.docChanged) options.onChange(update.state.doc.toString());
    options.onProblem(firstProblem(update.state));
  });
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        history(),
        closeBrackets(),
        autocompletion({ icons: false }),
        promql(client),
        keys(options.onRun),
        replaceSelection,
        placeholder(options.placeholder),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ "aria-label": options.label }),
        editorTheme,
        watch,
      ],
    }),
  });
  return {
    setText(text) {
      const now = view.state.doc.toString();
      if (text === now) return;
      view.dispatch({
        changes: { from: 0, to: now.length, insert: text },
        selection: { anchor: text.length },
      });
    },
    insert(text) {
      view.dispatch(view.state.replaceSelection(text), { scrollIntoView: true });
      view.focus();
    },
    focus: () => view.focus(),
    destroy() {
      view.destroy();
      client.destroy();
    },
  };
}
