import { type ClipboardEvent, useState } from "react";
import { FileTrigger } from "react-aria-components";
import { qrReader } from "../model/qr-reader.ts";
import { type Camera, useCamera } from "../model/use-camera.ts";
import { Button } from "../ui/button.tsx";
import { CameraIcon, PictureIcon } from "../ui/icons.tsx";
import { Notice, Problem } from "../ui/notice.tsx";
import { TextInput } from "../ui/text-input.tsx";

interface QrScannerProps {
  /** The text of a code, from wherever it came. */
  readonly onText: (text: string) => void;
  /** Instead of scanning; none when a code can only be scanned. */
  readonly typed?: {
    readonly label: string;
    readonly value: string;
    readonly onChange: (text: string) => void;
  };
  readonly isBusy: boolean;
}

/** Reads a code with the camera, from a picture, from the clipboard, or as a person types it. */
export function QrScanner({ onText, typed, isBusy }: QrScannerProps) {
  const [isLooking, setLooking] = useState(false);
  const [problem, setProblem] = useState<string>();
  const readPicture = async (picture: Blob | undefined) => {
    if (!picture) return;
    const text = await (await qrReader())(picture).catch(() => undefined);
    setProblem(
      text === undefined ? "There is no code to be seen in this picture. Try another one." : undefined,
    );
    if (text !== undefined) onText(text);
  };
  const paste = (event: ClipboardEvent) => {
    const picture = [...event.clipboardData.files].find(({ type }) => type.startsWith("image/"));
    if (!picture) return;
    event.preventDefault();
    void readPicture(picture);
  };
  return (
    <div className="stack" onPaste={paste}>
      {isLooking ? (
        <Viewfinder onText={onText} />
      ) : (
        <Button look="primary" onPress={() => setLooking(true)}>
          <CameraIcon /> Scan with the camera
        </Button>
      )}
      <FileTrigger acceptedFileTypes={["image/*"]} onSelect={(files) => void readPicture(files?.[0])}>
        <Button>
          <PictureIcon /> Choose a picture of it
        </Button>
      </FileTrigger>
      <Problem error={problem} />
      {typed && (
        <>
          <TextInput
            label={typed.label}
            hint="If there is no camera: copy it there and paste it here."
            lines={2}
            value={typed.value}
            onChange={typed.onChange}
          />
          <Button onPress={() => onText(typed.value)} isBusy={isBusy} isDisabled={typed.value.trim() === ""}>
            Use this code
          </Button>
        </>
      )}
    </div>
  );
}

/** Why there is no picture, and what to do. */
const cameraProblems: { readonly [C in Camera]?: string } = {
  refused: "This browser may not use the camera. Allow it in the address bar, or use one of the other ways.",
  missing: "No camera was found. Use one of the other ways.",
};

function Viewfinder({ onText }: Pick<QrScannerProps, "onText">) {
  const { camera, video } = useCamera(onText);
  const problem = cameraProblems[camera];
  return (
    <>
      {problem !== undefined && (
        <Notice tone="caution" live>
          <p>{problem}</p>
        </Notice>
      )}
      <div className="viewfinder" hidden={problem !== undefined}>
        <video ref={video} className="viewfinder-video" muted playsInline aria-label="What the camera sees" />
        <output className="viewfinder-status">
          {camera === "starting" ? "Starting the camera…" : "Hold the code in front of the camera"}
        </output>
      </div>
    </>
  );
}
