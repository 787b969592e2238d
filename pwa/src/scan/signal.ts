/** What a scan sounds and feels like: one short tone taken in, two low ones for a code that nobody knows. */
import { scanSettings } from "./settings";

let context: AudioContext | undefined;

function tone(hertz: number, from: number, seconds: number) {
  try {
    context ??= new AudioContext();
    void context.resume();
    const [oscillator, volume] = [context.createOscillator(), context.createGain()];
    const at = context.currentTime + from;
    oscillator.frequency.value = hertz;
    volume.gain.setValueAtTime(0.2, at);
    volume.gain.exponentialRampToValueAtTime(0.001, at + seconds);
    oscillator.connect(volume).connect(context.destination);
    oscillator.start(at);
    oscillator.stop(at + seconds);
  } catch {
    // a device without sound still has the screen
  }
}

export function signal(what: "taken" | "problem") {
  const { sound, vibration } = scanSettings.value;
  // browsers let nothing sound or shake before the page was touched once, and complain
  if ("userActivation" in navigator && !navigator.userActivation.hasBeenActive) return;
  if (sound && what === "taken") tone(1_320, 0, 0.09);
  if (sound && what === "problem") [0, 0.16].forEach((from) => tone(220, from, 0.12));
  if (vibration && "vibrate" in navigator) navigator.vibrate(what === "taken" ? 40 : [60, 60, 60]);
}
