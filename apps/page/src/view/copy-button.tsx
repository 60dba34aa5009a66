import type { VNode } from "preact";
import { useState } from "preact/hooks";

/** Copies a text. */
export function CopyButton({ text, what }: { readonly text: string; readonly what: string }): VNode {
  const [isCopied, setCopied] = useState(false);
  const copy = (): void => {
    put(text)
      .then(() => {
        setCopied(true);
        setTimeout(() => setCopied(false), 2000);
      })
      .catch(() => undefined);
  };
  return (
    <button type="button" class="quiet" onClick={copy} aria-label={`Copy ${what}`}>
      {isCopied ? "Copied" : "Copy"}
    </button>
  );
}

/** Browsers give the clipboard to origins that they trust; a name without encryption is none of them. */
async function put(text: string): Promise<void> {
  if (navigator.clipboard !== undefined) return await navigator.clipboard.writeText(text);
  const field = document.createElement("textarea");
  field.value = text;
  field.readOnly = true;
  field.className = "offscreen";
  document.body.append(field);
  field.select();
  const isDone = document.execCommand("copy");
  field.remove();
  if (!isDone) throw new Error("the browser does not let it be copied");
}
