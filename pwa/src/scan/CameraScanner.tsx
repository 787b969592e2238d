import { ActionIcon, Button, NativeSelect } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { Camera as CameraIcon, CameraOff, Flashlight, FlashlightOff, ImageUp } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useStore } from "../data/store";
import { Camera, type CameraProblem } from "./camera";
import styles from "./CameraScanner.module.css";
import { codesIn } from "./reader";
import { Repeats } from "./repeats";
import { scanSettings, setScan } from "./settings";

type CameraScannerProps = { onRead: (text: string) => boolean; compact?: boolean };

/**
 * What the camera sees, with codes read from its middle for as long as it is on the screen. `onRead` answers false for
 * what was misread. Where there is no camera, a photo is the way out; typing the code is the parent's.
 */
export function CameraScanner({ onRead, compact = false }: CameraScannerProps) {
  const video = useRef<HTMLVideoElement>(null);
  const [camera, setCamera] = useState<Camera | null>(null);
  const heard = useRef(onRead);
  useEffect(() => {
    heard.current = onRead;
  });
  useEffect(() => {
    if (!video.current) return undefined;
    const repeats = new Repeats();
    const made = new Camera(video.current, scanSettings.value.camera, (text) => {
      if (repeats.isNew(text, performance.now()) && text !== null) heard.current(text);
    });
    setCamera(made);
    void made.start();
    return () => made.close();
  }, []);
  return (
    <div className={styles.scanner} data-compact={compact || undefined}>
      <video ref={video} className={styles.video} playsInline muted aria-hidden />
      {camera && <Overlay camera={camera} onRead={onRead} />}
    </div>
  );
}

function Overlay({ camera, onRead }: { camera: Camera; onRead: (text: string) => boolean }) {
  const { t } = useLingui();
  const { step, cameras, camera: current, torch } = useStore(camera.state);
  if (step === "live") {
    const Lamp = torch ? FlashlightOff : Flashlight;
    return (
      <>
        <div className={styles.frame} aria-hidden />
        <div className={styles.tools}>
          {cameras.length > 1 && (
            <NativeSelect
              aria-label={t`Camera`}
              size="sm"
              value={current ?? ""}
              data={cameras.map(({ id, label }, n) => ({ value: id, label: label || t`Camera ${n + 1}` }))}
              onChange={(event) => {
                setScan({ camera: event.currentTarget.value });
                void camera.start(event.currentTarget.value);
              }}
            />
          )}
          {torch !== null && (
            <ActionIcon
              variant="default"
              size={44}
              aria-pressed={torch}
              aria-label={t`Light`}
              onClick={() => void camera.light(!torch)}
            >
              <Lamp size={22} aria-hidden />
            </ActionIcon>
          )}
        </div>
      </>
    );
  }
  if (step === "starting" || step === "resting") {
    return (
      <p className={styles.state} role="status">
        <Trans>Starting the camera…</Trans>
      </p>
    );
  }
  return <NoCamera problem={step} onRetry={() => void camera.start()} onRead={onRead} />;
}

const TITLES: Record<CameraProblem, ReactNode> = {
  refused: <Trans>The camera is not allowed</Trans>,
  none: <Trans>This device has no camera</Trans>,
  busy: <Trans>The camera is in use</Trans>,
  insecure: <Trans>No camera at this address</Trans>,
  failed: <Trans>The camera could not be started</Trans>,
};

const ADVICE: Record<CameraProblem, ReactNode> = {
  refused: (
    <Trans>Allow it for this page in the browser’s settings (the sign beside the address), then try again.</Trans>
  ),
  none: <Trans>A hand scanner works on every screen.</Trans>,
  busy: <Trans>Close the other app or window that has it, then try again.</Trans>,
  insecure: <Trans>Browsers give the camera to addresses with https alone. Ask who runs the server.</Trans>,
  failed: <Trans>Try again, or take a photo of the code.</Trans>,
};

type NoCameraProps = { problem: CameraProblem; onRetry: () => void; onRead: (text: string) => boolean };

function NoCamera({ problem, onRetry, onRead }: NoCameraProps) {
  return (
    <div className={styles.state} role="alert">
      <CameraOff size={32} strokeWidth={1.5} aria-hidden />
      <strong>{TITLES[problem]}</strong>
      <p>{ADVICE[problem]}</p>
      <div className={styles.ways}>
        {problem !== "insecure" && problem !== "none" && (
          <Button variant="default" leftSection={<CameraIcon size={18} aria-hidden />} onClick={onRetry}>
            <Trans>Try again</Trans>
          </Button>
        )}
        <PhotoOfCode onRead={onRead} />
      </div>
    </div>
  );
}

/** The phone's own camera app takes the picture: that works where the browser gets no stream. */
function PhotoOfCode({ onRead }: { onRead: (text: string) => boolean }) {
  const { t } = useLingui();
  const input = useRef<HTMLInputElement>(null);
  const [state, setState] = useState<"idle" | "looking" | "nothing">("idle");
  const look = async (file: File | undefined) => {
    if (!file) return;
    setState("looking");
    const { texts } = await codesIn(file, true);
    setState(texts.some((text) => onRead(text)) ? "idle" : "nothing");
  };
  return (
    <>
      <Button
        variant="default"
        loading={state === "looking"}
        leftSection={<ImageUp size={18} aria-hidden />}
        onClick={() => input.current?.click()}
      >
        <Trans>Photo of the code</Trans>
      </Button>
      <input
        ref={input}
        hidden
        type="file"
        accept="image/*"
        capture="environment"
        aria-label={t`Photo of the code`}
        onChange={(event) => {
          void look(event.currentTarget.files?.[0]);
          event.currentTarget.value = "";
        }}
      />
      {state === "nothing" && (
        <p role="status">
          <Trans>No code was found in the photo. Go closer, and keep it flat and in the light.</Trans>
        </p>
      )}
    </>
  );
}
