/** The camera as one stream that is kept while many codes are scanned, and let go when nobody looks. */
import { Store } from "../data/store";
import { codesIn } from "./reader";

/** Why there is no picture. insecure: the browser gives cameras to https pages alone. */
export type CameraProblem = "insecure" | "none" | "refused" | "busy" | "failed";
export type CameraChoice = { id: string; label: string };

export type CameraState = {
  step: "starting" | "live" | "resting" | CameraProblem;
  cameras: CameraChoice[];
  camera: string | null;
  /** null: this camera has no lamp. */
  torch: boolean | null;
};

const PROBLEMS: Record<string, CameraProblem> = {
  NotAllowedError: "refused",
  SecurityError: "refused",
  NotFoundError: "none",
  OverconstrainedError: "none",
  NotReadableError: "busy",
  AbortError: "busy",
};

type Lamp = MediaTrackCapabilities & { torch?: boolean };

/** Between two frames: enough for a steady picture, and the phone stays cool. */
const PAUSE_MS = 60;

export class Camera {
  readonly state = new Store<CameraState>({ step: "starting", cameras: [], camera: null, torch: null });
  readonly #video: HTMLVideoElement;
  readonly #onFrame: (text: string | null) => void;
  #stream: MediaStream | null = null;
  #turn = 0;
  #wanted: string | null;
  #leaving = new AbortController();

  /** `onFrame` is told what each frame shows, or null. */
  constructor(video: HTMLVideoElement, wanted: string | null, onFrame: (text: string | null) => void) {
    this.#video = video;
    this.#wanted = wanted;
    this.#onFrame = onFrame;
    const { signal } = this.#leaving;
    // iOS shows black after the app was away, and leaves the lamp on: let go, and take it anew
    document.addEventListener("visibilitychange", () => void (document.hidden ? this.rest() : this.start()), {
      signal,
    });
    window.addEventListener("pagehide", () => this.rest(), { signal });
    window.addEventListener("pageshow", (event) => event.persisted && void this.start(), { signal });
  }

  /** Takes the camera, or another one; again after a problem was put right. */
  async start(camera = this.#wanted): Promise<void> {
    const turn = ++this.#turn;
    this.#wanted = camera;
    this.#release();
    this.#set({ step: "starting", torch: null });
    try {
      if (!("mediaDevices" in navigator)) {
        return this.#set({ step: window.isSecureContext ? "none" : "insecure" });
      }
      const stream = await openStream(camera);
      if (turn !== this.#turn) return stopAll(stream);
      this.#stream = stream;
      const [track] = stream.getVideoTracks();
      track?.addEventListener("ended", () => turn === this.#turn && this.#set({ step: "busy", torch: null }));
      this.#video.srcObject = stream;
      await this.#video.play();
      const cameras = await listCameras();
      if (turn !== this.#turn) return undefined;
      const hasLamp = (track?.getCapabilities?.() as Lamp | undefined)?.torch === true;
      this.#set({
        step: "live",
        cameras,
        camera: track?.getSettings().deviceId ?? null,
        torch: hasLamp ? false : null,
      });
      void this.#look(turn);
    } catch (error) {
      if (turn !== this.#turn) return undefined;
      this.#release();
      this.#set({ step: (error instanceof DOMException && PROBLEMS[error.name]) || "failed" });
    }
    return undefined;
  }

  rest() {
    this.#turn += 1;
    this.#release();
    this.#set({ step: "resting", torch: null });
  }

  close() {
    this.#turn += 1;
    this.#leaving.abort();
    this.#release();
  }

  async light(on: boolean): Promise<void> {
    const [track] = this.#stream?.getVideoTracks() ?? [];
    try {
      await track?.applyConstraints({ advanced: [{ torch: on } as MediaTrackConstraintSet] });
      this.#set({ torch: on });
    } catch {
      this.#set({ torch: null });
    }
  }

  async #look(turn: number): Promise<void> {
    while (turn === this.#turn) {
      if (this.#video.videoWidth > 0 && !this.#video.paused) {
        const { texts, failed } = await codesIn(await createImageBitmap(this.#video), false);
        if (turn !== this.#turn) return;
        if (failed) return this.#set({ step: "failed", torch: null });
        this.#onFrame(texts[0] ?? null);
      }
      await new Promise((next) => setTimeout(next, PAUSE_MS));
    }
  }

  #release() {
    if (this.#stream) stopAll(this.#stream);
    this.#stream = null;
    this.#video.srcObject = null;
  }

  #set(change: Partial<CameraState>) {
    this.state.set({ ...this.state.value, ...change });
  }
}

const stopAll = (stream: MediaStream): undefined => void stream.getTracks().forEach((track) => track.stop());

/** The back camera, sharp enough for thin bars; a camera that was chosen and is gone gives way to any. */
async function openStream(camera: string | null): Promise<MediaStream> {
  const size = { width: { ideal: 1280 }, height: { ideal: 720 } };
  const open = (which: MediaTrackConstraints) =>
    navigator.mediaDevices.getUserMedia({ audio: false, video: { ...size, ...which } });
  if (camera === null) return open({ facingMode: { ideal: "environment" } });
  try {
    return await open({ deviceId: { exact: camera } });
  } catch (error) {
    if (error instanceof DOMException && error.name === "OverconstrainedError") return openStream(null);
    throw error;
  }
}

async function listCameras(): Promise<CameraChoice[]> {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices.filter(({ kind }) => kind === "videoinput").map(({ deviceId, label }) => ({ id: deviceId, label }));
}
