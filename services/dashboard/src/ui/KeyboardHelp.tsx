import { texts } from "../texts";
import { Sheet } from "./Sheet";

export function KeyboardHelp({ isOpen, onOpenChange }: { isOpen: boolean; onOpenChange: (open: boolean) => void }) {
  return (
    <Sheet title={texts.keys.title} isOpen={isOpen} onOpenChange={onOpenChange}>
      <dl className="keys">
        {texts.keys.rows.map(([keys, meaning]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </Sheet>
  );
}
