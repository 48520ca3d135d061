/** Short messages that say what was done, with an undo where there is one. Screen readers hear them politely. */
import { useSyncExternalStore } from "react";
import { Problem } from "../api/client";
import { texts } from "../texts";

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
  return (
    <div className="notices" role="status" aria-live="polite">
      {shown.map(({ id, text, undo }) => (
        <div key={id} className="notice">
          <span>{text}</span>
          {undo && (
            <button
              className="link"
              onClick={() => {
                undo();
                remove(id);
              }}
            >
              {texts.queue.undo}
            </button>
          )}
        </div>
      ))}
    </div>
  );
}
