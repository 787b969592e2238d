import { Modal } from "@mantine/core";
import { useLingui } from "@lingui/react/macro";
import type { ReactNode } from "react";
import styles from "./Dialog.module.css";

type DialogProps = {
  title: ReactNode;
  opened: boolean;
  onClose: () => void;
  /** Once it is out of sight. */
  onClosed?: () => void;
  wide?: boolean;
  children: ReactNode;
};

/** A question or a form before the page; what is in it begins with the element that has `data-autofocus`. */
export function Dialog({ title, opened, onClose, onClosed, wide = false, children }: DialogProps) {
  const { t } = useLingui();
  return (
    <Modal.Root opened={opened} onClose={onClose} {...(onClosed && { onExitTransitionEnd: onClosed })}>
      <Modal.Overlay />
      <Modal.Content className={(wide && styles.wide) || ""}>
        {/* No Modal.Header: a second <header> would be a second banner of the page. */}
        <div className={styles.head}>
          <Modal.Title className={styles.title ?? ""}>{title}</Modal.Title>
          <Modal.CloseButton aria-label={t`Close`} size={44} />
        </div>
        <Modal.Body className={styles.body ?? ""}>{children}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
