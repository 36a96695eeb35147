// The editor of the page: CodeMirror with what an exercise of some dozen lines needs, and no more. It is bundled
// into ../editor.js by `build`. Its colours come from the page: those of code by the class names of highlight.js,
// all others by ../play.css.

import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { javascriptLanguage } from "@codemirror/lang-javascript";
import { rustLanguage } from "@codemirror/lang-rust";
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { lintKeymap, setDiagnostics } from "@codemirror/lint";
import { Annotation, Transaction } from "@codemirror/state";
import { EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tagHighlighter, tags } from "@lezer/highlight";

const LANGUAGES = {
  rust: [rustLanguage, indentUnit.of("    ")],
  javascript: [javascriptLanguage, indentUnit.of("  ")],
};

// As highlight.js has them in the same code.
const COLOURS = tagHighlighter([
  { tag: [tags.keyword, tags.self, tags.modifier], class: "hljs-keyword" },
  { tag: [tags.string, tags.character, tags.regexp], class: "hljs-string" },
  { tag: tags.comment, class: "hljs-comment" },
  { tag: [tags.number, tags.bool, tags.null], class: "hljs-number" },
  { tag: tags.meta, class: "hljs-meta" },
  { tag: [tags.macroName, tags.standard(tags.name)], class: "hljs-built_in" },
  { tag: [tags.definition(tags.function(tags.variableName)), tags.definition(tags.typeName)], class: "hljs-title" },
  { tag: tags.labelName, class: "hljs-symbol" },
]);

// What the page has in front of the top and the bottom of its window: its menu and the toolbar.
const COVERED = { top: 60, bottom: 140 };

// A change that comes from the disk, and is no news to the page.
const fromDisk = Annotation.define();

// `changed` is called for each change that the learner makes. `keys` are what the page does at a key, by
// CodeMirror's names of keys. Tab is not among them, here or in CodeMirror's own: it leaves the editor.
export function open({ parent, text, language, label, keys, changed }) {
  const bindings = Object.entries(keys).map(([key, does]) => ({ key, run: () => (does(), true), preventDefault: true }));
  const told = EditorView.updateListener.of((update) => {
    if (update.docChanged && !update.transactions.some((transaction) => transaction.annotation(fromDisk))) changed();
  });
  const extensions = [
    // Before the others, which have their own use for Enter.
    keymap.of(bindings),
    lineNumbers(),
    history(),
    indentOnInput(),
    bracketMatching(),
    highlightActiveLine(),
    syntaxHighlighting(COLOURS),
    keymap.of([...defaultKeymap, ...historyKeymap, ...lintKeymap]),
    LANGUAGES[language] ?? [],
    EditorView.scrollMargins.of(() => COVERED),
    EditorView.contentAttributes.of({ "aria-label": label }),
    EditorView.editorAttributes.of({ class: "hljs" }),
    told,
  ];
  return new Editor(new EditorView({ parent, doc: text, extensions }));
}

class Editor {
  #view;

  constructor(view) {
    this.#view = view;
  }

  get text() {
    return this.#view.state.doc.toString();
  }

  // Changes only what differs, so that the caret stays where it is in the text. It is not undone by a key: what was
  // undone would be saved over what is on the disk.
  replace(text) {
    const old = this.text;
    let from = 0;
    const shorter = Math.min(old.length, text.length);
    while (from < shorter && old[from] === text[from]) from += 1;
    let tail = 0;
    while (tail < shorter - from && old.at(-1 - tail) === text.at(-1 - tail)) tail += 1;
    if (old.length === text.length && from === old.length) return;
    this.#view.dispatch({
      changes: { from, to: old.length - tail, insert: text.slice(from, text.length - tail) },
      annotations: [fromDisk.of(true), Transaction.addToHistory.of(false)],
    });
  }

  focus() {
    this.#view.focus();
  }

  // Whether keys go to it, also while another window is in front.
  get hasFocus() {
    return this.#view.dom.contains(document.activeElement);
  }

  // Puts the caret where the page was clicked.
  caretAt(x, y) {
    const position = this.#view.posAtCoords({ x, y });
    if (position !== null) this.#view.dispatch({ selection: { anchor: position } });
  }

  select(number) {
    const { doc } = this.#view.state;
    const line = doc.line(Math.min(Math.max(number, 1), doc.lines));
    const indent = line.text.length - line.text.trimStart().length;
    this.#view.dispatch({ selection: { anchor: line.from + indent, head: line.to } });
    this.#view.dispatch({ effects: EditorView.scrollIntoView(line.from, { y: "center" }) });
  }

  // What the compiler says, at its places: { line, column, end_line, end_column, message }, counted from 1.
  mark(messages) {
    const diagnostics = messages.map(({ message, ...at }) => {
      const from = this.#offset(at.line, at.column);
      return { from, to: Math.max(from, this.#offset(at.end_line, at.end_column)), severity: "error", message };
    });
    // CodeMirror wants them in order.
    diagnostics.sort((a, b) => a.from - b.from);
    this.#view.dispatch(setDiagnostics(this.#view.state, diagnostics));
  }

  // The compiler counts characters; here an emoji is two.
  #offset(number, column) {
    const { doc } = this.#view.state;
    if (number > doc.lines) return doc.length;
    const line = doc.line(Math.max(number, 1));
    return line.from + [...line.text].slice(0, column - 1).join("").length;
  }
}
