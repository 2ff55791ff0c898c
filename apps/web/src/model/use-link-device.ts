import { useEffect, useState } from "react";
import { useModel } from "./client-model.ts";
import { explain } from "./words.ts";

/** Becoming another device of an account: shows a code until the other device has let this one in. */
export function useLinkDevice() {
  const model = useModel();
  const [code, setCode] = useState<string>();
  const [error, setError] = useState<string>();

  useEffect(() => {
    const signal = { aborted: false };
    const onCode = (shown: string) => {
      if (!signal.aborted) setCode(shown);
    };
    model.client.linkAsNewDevice({ signal, onCode }).then(
      () => model.begin(),
      (caught: unknown) => {
        if (!signal.aborted) setError(explain(caught));
      },
    );
    return () => {
      signal.aborted = true;
    };
  }, [model]);

  return { code, error };
}
