"use client";

import { useState } from "react";

/**
 * The text of a field that is saved as it is typed. A text that does not fit stays in the field with what is wrong, and what was saved before stays saved;
 * a value changed from elsewhere (undo, a dragged threshold, another person) replaces the text.
 * @param check what is wrong with a text, or nothing
 */
export function useTyped(value: string, check: (text: string) => string | undefined, commit: (text: string) => void) {
  const [text, setText] = useState(value);
  const [seen, setSeen] = useState(value);
  if (value !== seen) {
    setSeen(value);
    setText(value);
  }
  return {
    text,
    error: check(text),
    type(next: string) {
      setText(next);
      if (check(next) !== undefined) return;
      setSeen(next);
      commit(next);
    },
  };
}
