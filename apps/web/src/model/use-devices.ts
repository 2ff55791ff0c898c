import type { DeviceId } from "@cloister/contracts/ids";
import { useState } from "react";
import { useModel } from "./client-model.ts";
import { useLoaded } from "./use-loaded.ts";
import { useTask } from "./use-task.ts";

/** This person's devices: see them, let one in, end one. */
export function useDevices() {
  const { client } = useModel();
  const devices = useLoaded(() => client.devices());
  const [revoking, setRevoking] = useState<DeviceId>();
  const [linkOpen, setLinkOpen] = useState(false);
  const [code, setCode] = useState("");

  const link = useTask(async () => {
    await client.linkNewDevice(code.trim());
    setLinkOpen(false);
    setCode("");
    devices.reload();
  });
  const revoke = useTask(async () => {
    if (revoking === undefined) return;
    await client.revokeDevice(revoking);
    setRevoking(undefined);
    devices.reload();
  });
  return { devices, revoking, setRevoking, revoke, linkOpen, setLinkOpen, code, setCode, link };
}
