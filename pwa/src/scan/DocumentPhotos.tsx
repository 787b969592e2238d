import { Modal } from "@mantine/core";
import { useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { useMe } from "../data/me";
import { Pending } from "../ui/Pending";
import { Section } from "../ui/Section";
import styles from "./DocumentPhotos.module.css";
import { PhotoButton } from "./PhotoButton";
import { usePhotos } from "./photos";

type DocumentPhotosProps = Parameters<typeof PhotoButton>[0];

/** What a document's photos show, small, and a way to add one. For whoever may see stock. */
export function DocumentPhotos(props: DocumentPhotosProps) {
  const { can } = useMe();
  return can("stock.read") ? <Photos {...props} /> : null;
}

function Photos(props: DocumentPhotosProps) {
  const { t } = useLingui();
  const photos = usePhotos(props.documentId);
  const [shown, setShown] = useState<string | null>(null);
  const large = photos.find(({ id }) => id === shown);
  return (
    <Section title={t`Photos`}>
      {photos.length > 0 && (
        <ul className={styles.photos}>
          {photos.map(({ id, source, pending }, n) => (
            <li key={id}>
              <button type="button" aria-label={t`Photo ${n + 1}, larger`} onClick={() => setShown(id)}>
                <img src={source} alt="" width={88} height={88} />
              </button>
              {pending && (
                <span className={styles.pending}>
                  <Pending />
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
      <PhotoButton {...props} />
      {large && (
        <Modal
          opened
          onClose={() => setShown(null)}
          title={t`Photo`}
          size="xl"
          closeButtonProps={{ "aria-label": t`Close`, size: 44 }}
        >
          <img className={styles.large} src={large.source} alt={t`Photo of ${props.title}`} />
        </Modal>
      )}
    </Section>
  );
}
