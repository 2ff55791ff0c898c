import { type RefObject, useEffect, useEffectEvent, useRef, useState } from "react";
import { qrReader } from "./qr-reader.ts";

const pauseMs = 150;

/** How the camera is doing. */
export type Camera = "starting" | "on" | "refused" | "missing";

/**
 * Looks for a QR code with the camera that faces away from the person, and gives its text once. The camera is
 * off again when the view is gone.
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
      const text = await look(element, read, watch.signal);
      if (text !== undefined) found(text);
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
  signal: AbortSignal,
): Promise<string | undefined> {
  while (!signal.aborted) {
    const text = element.readyState < element.HAVE_CURRENT_DATA ? undefined : await read(element);
    if (text !== undefined && !signal.aborted) return text;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  return undefined;
}

function isRefusal(error: unknown): boolean {
  return (
    error instanceof DOMException && (error.name === "NotAllowedError" || error.name === "SecurityError")
  );
}
