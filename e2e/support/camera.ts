import { writeFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";

const width = 1280;
const height = 720;
const framesCount = 10;

/** Chromium's arguments for a camera that sees what is in this file when it is switched on. */
export function cameraArguments(file: string): readonly string[] {
  return ["--use-fake-device-for-media-stream", `--use-file-for-fake-video-capture=${file}`];
}

/** Holds the screen of one device in front of the other's camera. */
export async function showToCamera(browser: Browser, screen: Page, file: string): Promise<void> {
  const picture = await screen.screenshot();
  const luma = await asLuma(browser, picture.toString("base64"));
  // YUV4MPEG2: the picture in grey, each frame Y, then U and V at half the size.
  const chroma = Buffer.alloc((width * height) / 2, 128);
  const frame = Buffer.concat([Buffer.from("FRAME\n"), luma, chroma]);
  const head = Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420jpeg\n`);
  await writeFile(file, Buffer.concat([head, ...Array.from({ length: framesCount }, () => frame)]));
}

/** Decodes a PNG in a page of its own and fits it into the camera's view. */
async function asLuma(browser: Browser, png: string): Promise<Buffer> {
  const page = await browser.newPage();
  try {
    const luma = await page.evaluate(
      async (input) => {
        const bytes = Uint8Array.from(atob(input.png), (character) => character.codePointAt(0) ?? 0);
        const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
        const scale = Math.min(input.width / image.width, input.height / image.height);
        const canvas = new OffscreenCanvas(input.width, input.height);
        const drawing = canvas.getContext("2d");
        if (!drawing) throw new Error("no canvas");
        drawing.fillStyle = "#777";
        drawing.fillRect(0, 0, input.width, input.height);
        const left = (input.width - image.width * scale) / 2;
        drawing.drawImage(image, left, 0, image.width * scale, image.height * scale);
        const { data } = drawing.getImageData(0, 0, input.width, input.height);
        let text = "";
        for (let at = 0; at < data.length; at += 4) {
          const [red = 0, green = 0, blue = 0] = [data[at], data[at + 1], data[at + 2]];
          text += String.fromCodePoint(Math.round(0.299 * red + 0.587 * green + 0.114 * blue));
        }
        return btoa(text);
      },
      { png, width, height },
    );
    return Buffer.from(luma, "base64");
  } finally {
    await page.close();
  }
}
