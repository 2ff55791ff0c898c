import type { DeviceId } from "@cloister/contracts/ids";
import { useEffect, useState } from "react";
import { useModel } from "./client-model.ts";
import { useLoaded } from "./use-loaded.ts";
import { useTask } from "./use-task.ts";

/** This person's devices: see them, let one in, end one. */
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
  const [linkOpen, setLinkOpen] = useState(false);
  const [code, setCode] = useState("");

  const link = useTask(async () => {
    await client.linkNewDevice(code.trim());
    setLinkOpen(false);
    setCode("");
  });
  const revoke = useTask(async () => {
    if (revoking === undefined) return;
    await client.revokeDevice(revoking);
    setRevoking(undefined);
    reload();
  });
  return { devices, revoking, setRevoking, revoke, linkOpen, setLinkOpen, code, setCode, link };
}
