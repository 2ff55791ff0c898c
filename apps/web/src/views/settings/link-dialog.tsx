import type { OrganisationInfo } from "@cloister/contracts/http";
import { useLinking } from "../../model/use-devices.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Digits } from "../../ui/digits.tsx";
import { Notice, Problem } from "../../ui/notice.tsx";
import { TickBox } from "../../ui/tick-box.tsx";
import { QrScanner } from "../qr-scanner.tsx";

interface LinkDialogProps {
  readonly organisation: OrganisationInfo;
  readonly onClose: () => void;
}

/** On the old device: reads the code of the new one, then a person compares and decides. */
export function LinkDialog({ organisation, onClose }: LinkDialogProps) {
  const linking = useLinking(onClose);
  const { request, asking, accepting } = linking;
  if (!request) {
    return (
      <Dialog title="Link another device" isOpen onClose={onClose}>
        <div className="stack">
          <p>
            On the new device, open Cloister at <bdi>{organisation.name}</bdi> and choose “Link to an account
            on another device”. It shows a code.
          </p>
          <QrScanner
            onText={(text) => void asking.run(text)}
            typed={{ label: "Code of the new device", value: linking.code, onChange: linking.setCode }}
            isBusy={asking.running}
          />
          <div>
            <output className="muted">{asking.running && "Asking the new device…"}</output>
            <Problem error={asking.error} />
          </div>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog
      title="Is this your device?"
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>No, stop</Button>
          <Button look="primary" onPress={() => void accepting.run()} isBusy={accepting.running}>
            Yes, let it in
          </Button>
        </>
      }
    >
      <div className="stack">
        <section className="compare">
          <p>
            The new device calls itself <bdi className="choice-name">{request.deviceName || "a device"}</bdi>.
            Does it show this number?
          </p>
          <Digits digits={request.comparison} label="Number" />
        </section>
        <Notice tone="caution">
          <p>
            It will read and write as you. Let it in only if it is in your hands and shows the same number.
            Nobody from the organisation will ever ask you for this.
          </p>
        </Notice>
        <TickBox
          isSelected={linking.withHistory}
          onChange={linking.setWithHistory}
          hint="They travel encrypted from this device to that one. Keep both open until it is done."
        >
          Give it my earlier messages
        </TickBox>
        <Problem error={accepting.error} />
      </div>
    </Dialog>
  );
}
