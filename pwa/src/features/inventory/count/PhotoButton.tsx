import { Button, Modal } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { Camera, Image } from "lucide-react";
import { useRef, useState } from "react";
import type { Id } from "../../../offline/types";
import { shrink } from "../../../scan/shrink";
import styles from "./PhotoButton.module.css";
import { dropPhoto, keepPhoto, usePhoto } from "./sheets";

/** A photo of the shelf: kept with the sheet, and sent with it. */
export function PhotoButton({ sheetId, productId }: { sheetId: Id; productId: Id }) {
  const { t } = useLingui();
  const photo = usePhoto(sheetId, productId)?.body;
  const [shown, setShown] = useState(false);
  const [unreadable, setUnreadable] = useState(false);
  const input = useRef<HTMLInputElement>(null);

  const take = async (file: Blob | undefined) => {
    if (!file) return undefined;
    setUnreadable(false);
    const small = await shrink(file).catch(() => null);
    if (small === null) return setUnreadable(true);
    return keepPhoto({ sheetId, productId, ...small });
  };
  return (
    <>
      <Button
        variant="default"
        leftSection={photo ? <Image size={18} aria-hidden /> : <Camera size={18} aria-hidden />}
        onClick={() => (photo ? setShown(true) : input.current?.click())}
      >
        {unreadable ? <Trans>No picture</Trans> : photo ? <Trans>Show photo</Trans> : <Trans>Photo</Trans>}
      </Button>
      <input
        ref={input}
        type="file"
        accept="image/*"
        capture="environment"
        hidden
        aria-label={t`Take a photo`}
        onChange={(event) => {
          void take(event.currentTarget.files?.[0]);
          event.currentTarget.value = "";
        }}
      />
      {photo && shown && (
        <Modal opened onClose={() => setShown(false)} title={t`Photo`} closeButtonProps={{ "aria-label": t`Close` }}>
          <div className={styles.shown}>
            <img
              src={`data:${photo.mediaType};base64,${photo.image}`}
              alt={t`Photo of the shelf`}
              className={styles.picture}
            />
            <Button
              variant="default"
              onClick={() => {
                setShown(false);
                void dropPhoto(sheetId, productId);
              }}
            >
              <Trans>Delete the photo</Trans>
            </Button>
          </div>
        </Modal>
      )}
    </>
  );
}
