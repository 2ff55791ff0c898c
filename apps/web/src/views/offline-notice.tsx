import { useModel } from "../model/client-model.ts";
import { useObservable } from "../model/observable.ts";
import { useHasNetwork } from "../model/online.ts";
import { OfflineIcon } from "../ui/icons.tsx";

/** Says so when nothing goes out; what is written then waits on this device. */
export function OfflineNotice() {
  const connection = useObservable(useModel().connection);
  const hasNetwork = useHasNetwork();
  return (
    <output className="offline-status">
      {(connection !== "online" || !hasNetwork) && (
        <span className="offline">
          <OfflineIcon />
          {connection === "connecting" && hasNetwork
            ? "Connecting…"
            : "You are offline. Messages wait on this device and go out by themselves."}
        </span>
      )}
    </output>
  );
}
