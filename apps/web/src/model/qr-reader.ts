/** Reads the first QR code of a picture or of what a camera sees now; undefined while there is none. */
export type ReadQr = (source: HTMLVideoElement | Blob) => Promise<string | undefined>;

/** The part of the Shape Detection API that is used here. */
interface Detector {
  detect(source: HTMLVideoElement | ImageBitmap): Promise<readonly { readonly rawValue: string }[]>;
}

interface DetectorClass {
  new (options: { readonly formats: ["qr_code"] }): Detector;
  getSupportedFormats(): Promise<readonly string[]>;
}

/**
 * The browser's own reader where it has one, else one in JavaScript, which is loaded when it is needed. It
 * takes a few milliseconds a frame; a worker for it would need an exception of the trusted types policy.
 */
export async function qrReader(): Promise<ReadQr> {
  const detector = new ((await nativeDetector()) ?? (await import("qr/decode.js")).BarcodeDetector)({
    formats: ["qr_code"],
  });
  return async (source) => {
    const image = source instanceof Blob ? await createImageBitmap(source) : source;
    return (await detector.detect(image))[0]?.rawValue;
  };
}

async function nativeDetector(): Promise<DetectorClass | undefined> {
  const { BarcodeDetector: native } = globalThis as { readonly BarcodeDetector?: DetectorClass };
  const formats = await native?.getSupportedFormats();
  return formats?.includes("qr_code") === true ? native : undefined;
}
