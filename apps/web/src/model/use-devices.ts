import type { LinkRequest } from "@cloister/client";
import type { DeviceId } from "@cloister/contracts/ids";
import { useEffect, useState } from "react";
import { useModel } from "./client-model.ts";
import { useLoaded } from "./use-loaded.ts";
import { useTask } from "./use-task.ts";

/** This person's devices: see them, end one. */
export function useDevices() {
  const { client } = useModel();
  const devices = useLoaded(() => client.devices());
  const { reload } = devices;
  // A device that was let in is known a moment later, when it has come.
  useEffect(
    () =>
      client.subscribe((event) => {
        if (event.type === "contact" && event.account === client.self()?.account) reload();
      }),
    [client, reload],
  );
  const [revoking, setRevoking] = useState<DeviceId>();
  const revoke = useTask(async () => {
    if (revoking === undefined) return;
    await client.revokeDevice(revoking);
    setRevoking(undefined);
    reload();
  });
  return { devices, revoking, setRevoking, revoke };
}

/** Letting a device in: its code is read, a person compares, then it gets what it needs. */
export function useLinking(onDone: () => void) {
  const { client } = useModel();
  const [code, setCode] = useState("");
  const [request, setRequest] = useState<LinkRequest>();
  const [withHistory, setWithHistory] = useState(true);

  const asking = useTask(async (scanned: string) => {
    setRequest(await client.linkNewDevice(scanned.trim()));
  });
  const accepting = useTask(async () => {
    await request?.accept({ withHistory });
    onDone();
  });
  return { code, setCode, request, withHistory, setWithHistory, asking, accepting };
}
