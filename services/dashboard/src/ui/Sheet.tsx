/**
 * A dialog over the page: React Aria keeps the focus in it, ends it with Escape, and gives the focus back.
 *
 * Its content lives in an element of its own, which the dialog shows: where the session ends the dialog leaves the page, and what was
 * typed into it is there again afterwards.
 */
import { useContext, useLayoutEffect, useRef, useState, type ReactNode } from "react";
import { createPortal } from "react-dom";
import { Dialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { SessionIsOver } from "../api/session";
import { texts } from "../texts";

interface Props {
  title: string;
  isOpen: boolean;
  onOpenChange: (open: boolean) => void;
  /** Whether it stands at the page's side, as high as the window, so that what it is about stays in sight. */
  isBeside?: boolean;
  children: ReactNode;
}

export function Sheet({ title, isOpen, onOpenChange, isBeside = false, children }: Props) {
  const isOver = useContext(SessionIsOver);
  const [content] = useState(() => {
    const element = document.createElement("div");
    element.className = "content";
    return element;
  });
  return (
    <>
      <ModalOverlay
        className={isBeside ? "overlay beside" : "overlay"}
        isOpen={isOpen && !isOver}
        onOpenChange={onOpenChange}
        isDismissable
      >
        <Modal className="sheet">
          <Dialog>
            {({ close }) => (
              <>
                <header>
                  <Heading slot="title">{title}</Heading>
                  <button className="quiet" onClick={close}>
                    {texts.queue.close}
                  </button>
                </header>
                <Shown content={content} />
              </>
            )}
          </Dialog>
        </Modal>
      </ModalOverlay>
      {isOpen &&
        createPortal(
          <div
            className="content"
            onKeyDown={(event) => {
              if (event.key === "Escape") onOpenChange(false); // the dialog's own key hears only its own children
            }}
          >
            {children}
          </div>,
          content,
        )}
    </>
  );
}

function Shown({ content }: { content: Element }) {
  const place = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => place.current?.append(content), [content]);
  return <div className="content" ref={place} />;
}
