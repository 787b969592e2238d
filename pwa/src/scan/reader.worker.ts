/** Finds codes in pictures, beside the page's own thread: a frame takes up to 130 ms. */
import { prepareZXingModule, readBarcodes, type ReaderOptions, type ReadResult } from "zxing-wasm/reader";
import wasmUrl from "zxing-wasm/reader/zxing_reader.wasm?url";

export type Asked = { n: number; picture: ImageBitmap | Blob; still: boolean };
export type Answered = { n: number; texts: string[]; failed: boolean };

const port = globalThis as unknown as {
  addEventListener: (name: "message", heed: (event: MessageEvent<Asked>) => Promise<void>) => void;
  postMessage: (answer: Answered) => void;
};

// the library's own address is one of the internet, which neither a cold store nor the content policy lets through
prepareZXingModule({
  overrides: { locateFile: (path: string, prefix: string) => (path.endsWith(".wasm") ? wasmUrl : prefix + path) },
});

const LIVE: ReaderOptions = {
  formats: ["EANUPC", "Code128", "ITF14", "DataBar", "QRCode", "DataMatrix"],
  // as a scanner would send it: with separators, and without brackets
  textMode: "Plain",
  maxNumberOfSymbols: 4,
  tryDownscale: true,
};
const STILL: ReaderOptions = { ...LIVE, maxNumberOfSymbols: 8, tryDenoise: true };

let canvas: OffscreenCanvas | undefined;

function pixels(picture: ImageBitmap): ImageData {
  const { width, height } = picture;
  if (canvas?.width !== width || canvas.height !== height) canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("no canvas");
  context.drawImage(picture, 0, 0);
  picture.close();
  return context.getImageData(0, 0, width, height);
}

/** With several in the picture the one nearest to its middle is meant: that is where people hold it. */
function fromTheMiddle(found: ReadResult[], width: number, height: number): string[] {
  const away = ({ position }: ReadResult) => {
    const { topLeft, bottomRight } = position;
    return Math.hypot((topLeft.x + bottomRight.x - width) / 2, (topLeft.y + bottomRight.y - height) / 2);
  };
  return found
    .filter(({ isValid }) => isValid)
    .toSorted((one, other) => away(one) - away(other))
    .map(({ symbologyIdentifier, text }) => symbologyIdentifier + text);
}

port.addEventListener("message", async ({ data: { n, picture, still } }) => {
  try {
    const image = pixels(picture instanceof Blob ? await createImageBitmap(picture) : picture);
    const found = await readBarcodes(image, still ? STILL : LIVE);
    port.postMessage({ n, texts: fromTheMiddle(found, image.width, image.height), failed: false });
  } catch {
    port.postMessage({ n, texts: [], failed: true });
  }
});
