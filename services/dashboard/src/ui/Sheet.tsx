/** A dialog over the page: React Aria keeps the focus in it, ends it with Escape, and gives the focus back. */
import type { ReactNode } from "react";
import { Dialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { texts } from "../texts";

interface Props {
  title: string;
  isOpen: boolean;
  onOpenChange: (open: boolean) => void;
  children: ReactNode;
}

export function Sheet({ title, isOpen, onOpenChange, children }: Props) {
  return (
    <ModalOverlay className="overlay" isOpen={isOpen} onOpenChange={onOpenChange} isDismissable>
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
