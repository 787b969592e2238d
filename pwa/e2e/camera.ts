/** Pictures of codes, as films for Chromium's fake camera and as photos: turned, blurred, small, noisy. */
import { writeFileSync } from "node:fs";
import bwip from "bwip-js/node";
import { encode } from "jpeg-js";

export type Code = { kind: string; text: string };
export type View = {
  /** Degrees. */
  turned?: number;
  /** Passes of a 3 × 3 mean. */
  blurred?: number;
  /** Of 255. */
  noise?: number;
  /** Of the picture's width or height, whichever it reaches first. */
  fills?: number;
  width?: number;
  height?: number;
};

type Bars = { sbs: number[] };
type Matrix = { pixs: number[]; pixx: number; pixy: number };
type Shape = { width: number; height: number; dark: (x: number, y: number) => boolean };

const QUIET = 11; // modules of white around it

/** In modules; bars are 0.7 times as high as all of them are wide, as on goods. */
function shapeOf({ kind, text }: Code): Shape {
  // oxlint-disable-next-line import/no-named-as-default-member -- its export of that name draws a symbology called so
  const [symbol] = bwip.raw({ bcid: kind, text }) as unknown as [Bars | Matrix];
  if ("pixs" in symbol) {
    const { pixs, pixx, pixy } = symbol;
    return { width: pixx, height: pixy, dark: (x, y) => pixs[y * pixx + x] === 1 };
  }
  const modules = symbol.sbs.flatMap((width, n) => Array.from({ length: width }, () => n % 2 === 0));
  return { width: modules.length, height: Math.round(modules.length * 0.7), dark: (x) => modules[x] === true };
}

function drawn(code: Code, view: View): { gray: Uint8Array; width: number; height: number } {
  const { turned = 0, blurred = 0, fills = 0.7, width = 1280, height = 720 } = view;
  const shape = shapeOf(code);
  const [across, down] = [shape.width + 2 * QUIET, shape.height + 2 * QUIET];
  const scale = Math.min((width * fills) / across, (height * fills) / down);
  const angle = (turned * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  let gray: Uint8Array = new Uint8Array(width * height).fill(150);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const [dx, dy] = [(x - width / 2) / scale, (y - height / 2) / scale];
      const u = Math.floor(dx * cos + dy * sin + across / 2);
      const v = Math.floor(dy * cos - dx * sin + down / 2);
      if (u < 0 || v < 0 || u >= across || v >= down) continue;
      const [column, row] = [u - QUIET, v - QUIET];
      const inside = column >= 0 && row >= 0 && column < shape.width && row < shape.height;
      gray[y * width + x] = inside && shape.dark(column, row) ? 20 : 245;
    }
  }
  for (let pass = 0; pass < blurred; pass += 1) gray = mean(gray, width, height);
  return { gray, width, height };
}

function mean(gray: Uint8Array, width: number, height: number): Uint8Array {
  const next = Uint8Array.from(gray);
  for (let y = 1; y < height - 1; y += 1) {
    for (let x = 1; x < width - 1; x += 1) {
      let sum = 0;
      for (let j = -1; j <= 1; j += 1) for (let i = -1; i <= 1; i += 1) sum += gray[(y + j) * width + x + i] ?? 0;
      next[y * width + x] = sum / 9;
    }
  }
  return next;
}

/** The same noise in every run: a test that fails once in a while tells nothing. */
function steadyNoise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
}

export function photo(code: Code, view: View = {}, seed = 1): Buffer {
  const { gray, width, height } = drawn(code, view);
  return jpegOf(gray, width, height, view.noise ?? 0, seed);
}

function jpegOf(gray: Uint8Array, width: number, height: number, noise: number, seed: number): Buffer {
  const random = steadyNoise(seed);
  const data = Buffer.alloc(width * height * 4, 255);
  gray.forEach((value, at) => {
    const seen = Math.max(0, Math.min(255, value + random() * noise));
    data.fill(seen, at * 4, at * 4 + 3);
  });
  return encode({ data, width, height }, 85).data;
}

/** A few frames, which the fake camera shows over and over: JPEG after JPEG. */
export function film(file: string, code: Code, view: View = {}): string {
  const { gray, width, height } = drawn(code, view);
  writeFileSync(file, Buffer.concat([1, 2, 3].map((seed) => jpegOf(gray, width, height, view.noise ?? 0, seed))));
  return file;
}

/** What a browser has to be started with; the film is a flag, so every code needs a browser of its own. */
export const cameraFlags = (file: string) => [
  "--use-fake-device-for-media-stream",
  "--use-fake-ui-for-media-stream",
  `--use-file-for-fake-video-capture=${file}`,
];
