/**
 * A link that is the current one only where its page says so. The router's own marks itself as soon as its address is the
 * beginning of the current one or its search a part of it: each tab of a page, and the way home, on every page.
 */
import { createLink } from "@tanstack/react-router";
import type { AnchorHTMLAttributes, Ref } from "react";

interface Props extends AnchorHTMLAttributes<HTMLAnchorElement> {
  current?: "page" | "true" | false;
  /** What the router would have it be. */
  disabled?: boolean;
  ref?: Ref<HTMLAnchorElement>;
}

function Anchor({ current = false, disabled, ...rest }: Props) {
  return <a {...rest} aria-disabled={disabled || undefined} aria-current={current || undefined} />;
}

export const PlainLink = createLink(Anchor);
