import { encodeQR } from "qr";
import { useMemo } from "react";

/** Four modules of white around the code, as ISO/IEC 18004 asks for. */
const quietZone = 4;

/** A QR code, dark on white whatever the theme: a camera has to read it. */
export function QrCode({ text, label }: { readonly text: string; readonly label: string }) {
  const { size, path } = useMemo(() => draw(text), [text]);
  return (
    <svg
      className="qr"
      viewBox={`0 0 ${size} ${size}`}
      role="img"
      aria-label={label}
      shapeRendering="crispEdges"
    >
      <path className="qr-light" d={`M0 0h${size}v${size}H0Z`} />
      <path className="qr-dark" d={path} />
    </svg>
  );
}

function draw(text: string): { readonly size: number; readonly path: string } {
  const rows = encodeQR(text, "raw", { ecc: "medium", border: quietZone });
  const path = rows.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])));
  return { size: rows.length, path: path.join("") };
}
