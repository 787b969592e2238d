import { Button, Modal } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { Camera, Image } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import type { Id } from "../../../offline/types";
import { smaller } from "./picture";
import styles from "./PhotoButton.module.css";
import { dropPhoto, keepPhoto, usePhoto } from "./sheets";

/** A photo of the shelf, kept with the sheet on this device. */
export function PhotoButton({ sheetId, productId }: { sheetId: Id; productId: Id }) {
  const { t } = useLingui();
  const photo = usePhoto(sheetId, productId)?.body;
  const [shown, setShown] = useState(false);
  const [unreadable, setUnreadable] = useState(false);
  const input = useRef<HTMLInputElement>(null);

  const take = async (file: Blob | undefined) => {
    if (!file) return;
    setUnreadable(false);
    try {
      await keepPhoto({ sheetId, productId, picture: await smaller(file) });
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      setUnreadable(true);
    }
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
            <Picture blob={photo.picture} />
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

export function Picture({ blob }: { blob: Blob }) {
  const { t } = useLingui();
  const image = useRef<HTMLImageElement>(null);
  useEffect(() => {
    const url = URL.createObjectURL(blob);
    if (image.current) image.current.src = url;
    return () => URL.revokeObjectURL(url);
  }, [blob]);
  return <img ref={image} alt={t`Photo of the shelf`} className={styles.picture} />;
}
