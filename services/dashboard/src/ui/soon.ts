/** What a page does not need for its first picture waits until that is there. */
import { useEffect, useState } from "react";

const AFTER = 1_500;

/** False at first, true a moment later. */
export function useSoon(): boolean {
  const [isSoon, setSoon] = useState(false);
  useEffect(() => {
    const timer = window.setTimeout(() => setSoon(true), AFTER);
    return () => window.clearTimeout(timer);
  }, []);
  return isSoon;
}
