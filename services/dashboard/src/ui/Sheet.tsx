/** A dialog over the page: React Aria keeps the focus in it, ends it with Escape, and gives the focus back. */
import { useContext, type ReactNode } from "react";
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
  return (
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
              {children}
            </>
          )}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
