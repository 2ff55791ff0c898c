import type { Emergency } from "../../model/use-emergency.ts";
import { Button } from "../../ui/button.tsx";
import { AlertIcon, CloseIcon } from "../../ui/icons.tsx";
import { EmergencyNumbers } from "./emergency-numbers.tsx";

interface EmergencyBannerProps {
  readonly emergency: Emergency;
  readonly onDismiss: () => void;
}

/** An emergency interrupts; what should be seen today is said calmly. Neither blocks sending. */
export function EmergencyBanner({ emergency, onDismiss }: EmergencyBannerProps) {
  const { urgency, advice, numbers } = emergency;
  const isEmergency = urgency === "emergency";
  return (
    <div className="emergency" data-urgency={urgency} role={isEmergency ? "alert" : "status"}>
      <div className="emergency-head">
        <AlertIcon />
        <strong>{isEmergency ? "Get help now" : "Have this looked at today"}</strong>
        <Button look="icon" aria-label="Close this notice" onPress={onDismiss}>
          <CloseIcon />
        </Button>
      </div>
      <p>{advice}</p>
      <EmergencyNumbers numbers={numbers} />
      <p className="emergency-note">
        Perhaps nobody reads this chat right now. The hint comes from a check on your device; you can still
        send.
      </p>
    </div>
  );
}
