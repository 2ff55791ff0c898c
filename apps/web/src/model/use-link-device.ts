import { useEffect, useState } from "react";
import { useModel } from "./client-model.ts";
import { deviceName } from "./device-name.ts";
import { explain } from "./words.ts";

/** What a device that is being linked shows. */
export type Linking =
  | { readonly step: "making" }
  | { readonly step: "code"; readonly code: string }
  /** The other device read the code and shows the same digits, unless somebody stands in between. */
  | { readonly step: "comparing"; readonly comparison: string }
  | { readonly step: "failed"; readonly error: string };

/** Becoming another device of an account: shows a code until the other device has let this one in. */
export function useLinkDevice(): Linking {
  const model = useModel();
  const [linking, setLinking] = useState<Linking>({ step: "making" });

  useEffect(() => {
    const signal = { aborted: false };
    const show = (next: Linking) => {
      if (!signal.aborted) setLinking(next);
    };
    const input = {
      deviceName: deviceName(),
      onCode: (code: string) => show({ step: "code", code }),
      onComparison: (comparison: string) => show({ step: "comparing", comparison }),
      signal,
    };
    model.client.linkAsNewDevice(input).then(
      () => model.begin(),
      (caught: unknown) => show({ step: "failed", error: explain(caught) }),
    );
    return () => {
      signal.aborted = true;
    };
  }, [model]);

  return linking;
}
