import type { OrganisationInfo } from "@cloister/contracts/http";
import type { DeviceId } from "@cloister/contracts/ids";
import { useEffect, useRef, useState } from "react";
import { useDevices } from "../../model/use-devices.ts";
import { explain } from "../../model/words.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { DeviceIcon, PlusIcon } from "../../ui/icons.tsx";
import { Problem } from "../../ui/notice.tsx";
import { HistoryProgress } from "../history-progress.tsx";
import { LinkDialog } from "./link-dialog.tsx";

export function Devices({ organisation }: { readonly organisation: OrganisationInfo }) {
  const model = useDevices();
  const [isLinking, setLinking] = useState(false);
  const { devices } = model;
  const heading = useRef<HTMLHeadingElement>(null);
  const count = devices.status === "ready" ? devices.value.length : 0;
  const countBefore = useRef(count);
  useEffect(() => {
    // The button that had the focus went with its row.
    if (count < countBefore.current) heading.current?.focus();
    countBefore.current = count;
  }, [count]);
  return (
    <section className="card" aria-labelledby="devices-title">
      <h2 ref={heading} id="devices-title" className="section-title" tabIndex={-1}>
        Your devices
      </h2>
      {devices.status === "loading" && <p className="muted">Loading…</p>}
      {devices.status === "failed" && <Problem error={explain(devices.error)} />}
      {devices.status === "ready" && (
        <ul className="rows">
          {devices.value.map(({ device, current }) => (
            <DeviceRow key={device} device={device} current={current} onRevoke={model.setRevoking} />
          ))}
        </ul>
      )}
      <HistoryProgress direction="giving" />
      <Button onPress={() => setLinking(true)}>
        <PlusIcon /> Link another device
      </Button>
      {isLinking && <LinkDialog organisation={organisation} onClose={() => setLinking(false)} />}
      <RevokeDialog model={model} />
    </section>
  );
}

interface DeviceRowProps {
  readonly device: DeviceId;
  readonly current: boolean;
  readonly onRevoke: (device: DeviceId) => void;
}

function DeviceRow({ device, current, onRevoke }: DeviceRowProps) {
  return (
    <li className="row">
      <DeviceIcon />
      <span className="row-text">
        Device {device} {current && <span className="tag">This one</span>}
      </span>
      {!current && (
        <Button look="quiet" aria-label={`Remove device ${device}`} onPress={() => onRevoke(device)}>
          Remove
        </Button>
      )}
    </li>
  );
}

type Model = ReturnType<typeof useDevices>;

function RevokeDialog({ model }: { readonly model: Model }) {
  const { revoking, setRevoking, revoke } = model;
  return (
    <Dialog
      role="alertdialog"
      title={`Remove device ${revoking ?? ""}?`}
      isOpen={revoking !== undefined}
      onClose={() => setRevoking(undefined)}
      actions={
        <>
          <Button onPress={() => setRevoking(undefined)}>Keep it</Button>
          <Button look="danger" onPress={() => void revoke.run()} isBusy={revoke.running}>
            Remove it
          </Button>
        </>
      }
    >
      <p>
        It receives nothing more from now on. What it has already stays on it until it is erased there. If you
        set up your backup on it, that ends too: set up a new one here.
      </p>
      <Problem error={revoke.error} />
    </Dialog>
  );
}
