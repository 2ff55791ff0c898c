import { useState } from "react";
import { Button } from "./button.tsx";
import { CheckIcon, CopyIcon } from "./icons.tsx";

interface CopyTextProps {
  /** What the text is, for the button's name: "Copy index digest". */
  readonly what: string;
  readonly text: string;
}

/** A long code with a button that copies it. */
export function CopyText({ what, text }: CopyTextProps) {
  return (
    <span className="copy">
      <code className="code" dir="ltr">
        {text}
      </code>
      <CopyButton what={what} text={text} />
    </span>
  );
}

/** Copies a text that stands nearby. */
export function CopyButton({ what, text, label }: CopyTextProps & { readonly label?: string }) {
  const [result, setResult] = useState<"copied" | "failed">();
  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => setResult("copied"),
      () => setResult("failed"),
    );
  };
  return (
    <>
      <Button look={label === undefined ? "icon" : "quiet"} aria-label={`Copy ${what}`} onPress={copy}>
        {result === "copied" ? <CheckIcon /> : <CopyIcon />}
        {label}
      </Button>
      <output className="copy-status">
        {result === "copied" && "Copied"}
        {result === "failed" && "Could not copy: select the text instead"}
      </output>
    </>
  );
}
