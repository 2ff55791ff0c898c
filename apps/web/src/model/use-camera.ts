import { type RefObject, useEffect, useEffectEvent, useRef, useState } from "react";
import { qrReader } from "./qr-reader.ts";

const pauseMs = 150;

/** How the camera is doing. */
export type Camera = "starting" | "on" | "refused" | "missing";

/**
 * Looks for QR codes with the camera that faces away from the person, and gives the text of each once. The
 * camera is off again when the view is gone.
 */
export function useCamera(onText: (text: string) => void): {
  readonly camera: Camera;
  readonly video: RefObject<HTMLVideoElement | null>;
} {
  const video = useRef<HTMLVideoElement>(null);
  const [camera, setCamera] = useState<Camera>("starting");
  const found = useEffectEvent(onText);

  useEffect(() => {
    const watch = new AbortController();
    const run = async (element: HTMLVideoElement) => {
      const [read, stream] = await Promise.all([qrReader(), openCamera()]);
      watch.signal.addEventListener("abort", () => stream.getTracks().forEach((track) => track.stop()));
      if (watch.signal.aborted) return stream.getTracks().forEach((track) => track.stop());
      element.srcObject = stream;
      await element.play();
      setCamera("on");
      await look(element, read, { signal: watch.signal, onText: found });
    };
    if (video.current) {
      run(video.current).catch((error: unknown) => {
        if (!watch.signal.aborted) setCamera(isRefusal(error) ? "refused" : "missing");
      });
    }
    return () => watch.abort();
  }, []);

  return { camera, video };
}

function openCamera(): Promise<MediaStream> {
  return navigator.mediaDevices.getUserMedia({
    audio: false,
    video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } },
  });
}

async function look(
  element: HTMLVideoElement,
  read: (source: HTMLVideoElement) => Promise<string | undefined>,
  { signal, onText }: { readonly signal: AbortSignal; readonly onText: (text: string) => void },
): Promise<void> {
  let last: string | undefined;
  while (!signal.aborted) {
    const text = element.readyState < element.HAVE_CURRENT_DATA ? undefined : await read(element);
    if (text !== undefined && text !== last && !signal.aborted) onText(text);
    last = text ?? last;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

function isRefusal(error: unknown): boolean {
  return (
    error instanceof DOMException && (error.name === "NotAllowedError" || error.name === "SecurityError")
  );
}
