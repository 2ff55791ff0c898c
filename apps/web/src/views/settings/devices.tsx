import type { DeviceId } from "@cloister/contracts/ids";
import { useEffect, useRef } from "react";
import { useDevices } from "../../model/use-devices.ts";
import { explain } from "../../model/words.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { DeviceIcon, PlusIcon } from "../../ui/icons.tsx";
import { Problem } from "../../ui/notice.tsx";
import { TextInput } from "../../ui/text-input.tsx";

export function Devices() {
  const model = useDevices();
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
      <Button onPress={() => model.setLinkOpen(true)}>
        <PlusIcon /> Link another device
      </Button>
      <LinkDialog model={model} />
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

function LinkDialog({ model }: { readonly model: Model }) {
  return (
    <Dialog
      title="Link another device"
      isOpen={model.linkOpen}
      onClose={() => model.setLinkOpen(false)}
      actions={
        <Button
          look="primary"
          onPress={() => void model.link.run()}
          isBusy={model.link.running}
          isDisabled={model.code.trim() === ""}
        >
          Let it in
        </Button>
      }
    >
      <div className="stack">
        <p>
          On the new device, open Cloister and choose “Link to an account on another device”. Paste the code
          that it shows. Only do this for a device in your own hands: it will read everything that is written
          to you from now on.
        </p>
        <TextInput label="Code of the new device" lines={3} value={model.code} onChange={model.setCode} />
        <Problem error={model.link.error} />
      </div>
    </Dialog>
  );
}

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
      <p>It receives nothing more from now on. What it has already stays on it until it is erased there.</p>
      <Problem error={revoke.error} />
    </Dialog>
  );
}
