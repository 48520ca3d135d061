/**
 * Keys of a page: single characters, not while somebody types, a dialog is open or the session is over. They hold from the moment at
 * which what they are about is on the screen: effects that wait for the paint would let a quick key go to the picture before.
 */
import { useLayoutEffect, useRef } from "react";

type Keys = Record<string, (event: KeyboardEvent) => void>;

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

export function useKeys(keys: Keys): void {
  const held = useRef(keys);
  useLayoutEffect(() => {
    held.current = keys;
  });
  useLayoutEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (isTyping(event.target) || document.querySelector("[role=dialog], .shell[hidden]") !== null) return;
      const action = held.current[event.key];
      if (action === undefined) return;
      if (event.key.length === 1) event.preventDefault();
      action(event);
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, []);
}
