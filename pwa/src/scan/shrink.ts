/** Makes a photo small enough to keep on the phone and to send over a bad line. Place and time of the camera go. */

const LONGEST_SIDE = 1_280;
/** 180,000 letters of base64 are what the server takes. */
const BYTES_AT_MOST = 130_000;
const QUALITIES = [0.8, 0.65, 0.5, 0.35];

export type Small = { mediaType: "image/jpeg"; image: string };

/** Throws a DOMException for what is no picture. */
export async function shrink(file: Blob): Promise<Small> {
  const picture = await createImageBitmap(file);
  try {
    for (let side = LONGEST_SIDE; ; side = Math.round(side * 0.75)) {
      const scale = Math.min(1, side / Math.max(picture.width, picture.height));
      const size = [picture.width, picture.height].map((length) => Math.max(1, Math.round(length * scale)));
      const canvas = new OffscreenCanvas(size[0] ?? 1, size[1] ?? 1);
      canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
      for (const quality of QUALITIES) {
        const blob = await canvas.convertToBlob({ type: "image/jpeg", quality });
        if (blob.size <= BYTES_AT_MOST) return { mediaType: "image/jpeg", image: await base64(blob) };
      }
    }
  } finally {
    picture.close();
  }
}

async function base64(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}
