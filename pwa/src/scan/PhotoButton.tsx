import { Button } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { Camera } from "lucide-react";
import { useRef, useState } from "react";
import { uuid7 } from "../data/uuid";
import { enqueue } from "../offline/commands";
import type { Id } from "../offline/types";
import { Notice } from "../ui/Notice";
import { shrink } from "./shrink";

type PhotoButtonProps = {
  documentId: Id;
  /** Of the document, for the list of what waits to be sent. */
  title: string;
  href?: string | undefined;
  /** The call that makes the document, where it has not been sent yet. */
  dependsOn?: readonly Id[] | undefined;
};

/** Takes or chooses a picture and keeps it with the document: at once on this device, later on the server. */
export function PhotoButton({ documentId, title, href, dependsOn }: PhotoButtonProps) {
  const { t } = useLingui();
  const input = useRef<HTMLInputElement>(null);
  const [state, setState] = useState<"idle" | "busy" | "unreadable" | "unkept">("idle");

  const keep = async (file: File | undefined) => {
    if (!file) return;
    setState("busy");
    const small = await shrink(file).catch(() => null);
    if (small === null) return setState("unreadable");
    try {
      const label = { title: t`Photo of ${title}`, ...(href && { href }) };
      await enqueue("inventory.attach_photo", { photoId: uuid7(), documentId, ...small }, { dependsOn, label });
      setState("idle");
    } catch {
      setState("unkept");
    }
    return undefined;
  };

  return (
    <>
      <Button
        variant="default"
        h={44}
        w="fit-content"
        loading={state === "busy"}
        leftSection={<Camera size={18} aria-hidden />}
        onClick={() => input.current?.click()}
      >
        <Trans>Add a photo</Trans>
      </Button>
      <input
        ref={input}
        hidden
        type="file"
        accept="image/*"
        capture="environment"
        aria-label={t`Add a photo`}
        onChange={(event) => {
          void keep(event.currentTarget.files?.[0]);
          event.currentTarget.value = "";
        }}
      />
      {state === "unreadable" && (
        <Notice tone="waits">
          <Trans>This file is no picture that can be read. Take the photo again.</Trans>
        </Notice>
      )}
      {state === "unkept" && (
        <Notice tone="needs">
          <Trans>The photo could not be kept on this device. It has no room, or the browser lost its storage.</Trans>
        </Notice>
      )}
    </>
  );
}
