/** Short messages that say what was done, with an undo where there is one. Screen readers hear them politely. */
import { useSyncExternalStore } from "react";
import { Problem } from "../api/client";
import { texts } from "../texts";
import { useKeys } from "./keys";

interface Notice {
  id: number;
  text: string;
  undo?: () => void;
}

const STAYS = 8_000;
let notices: readonly Notice[] = [];
let next = 1;
const listeners = new Set<() => void>();

function set(changed: readonly Notice[]): void {
  notices = changed;
  for (const listener of listeners) listener();
}

/** Show a message for some seconds. */
export function notify(text: string, undo?: () => void): void {
  const id = next++;
  set([...notices.slice(-2), { id, text, undo }]);
  window.setTimeout(() => remove(id), STAYS);
}

/** Say why a call failed. */
export const failed = (error: unknown): void =>
  notify(error instanceof Problem ? error.detail || texts.faces.offline : texts.faces.failed);

const remove = (id: number): void => set(notices.filter((one) => one.id !== id));

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export function Notices() {
  const shown = useSyncExternalStore(subscribe, () => notices);
  const takeBack = ({ id, undo }: Notice): void => {
    undo?.();
    remove(id);
  };
  useKeys({
    z: () => {
      const last = shown.findLast(({ undo }) => undo !== undefined);
      if (last !== undefined) takeBack(last);
    },
  });
  return (
    <div className="notices" role="status" aria-live="polite">
      {shown.map((one) => (
        <div key={one.id} className="notice">
          <span>{one.text}</span>
          {one.undo && (
            <button className="link" onClick={() => takeBack(one)}>
              {texts.queue.undo} <kbd aria-hidden="true">z</kbd>
            </button>
          )}
        </div>
      ))}
    </div>
  );
}
