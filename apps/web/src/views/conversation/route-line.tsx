import { useState } from "react";
import { routeLine, routeReason } from "../../model/route-words.ts";
import type { RoutePreview } from "../../model/use-route.ts";
import { Button } from "../../ui/button.tsx";
import { AlertIcon, LockIcon } from "../../ui/icons.tsx";
import { RouteDialog } from "./route-dialog.tsx";

interface RouteLineProps {
  readonly route: RoutePreview;
  readonly text: string;
  readonly organisation: string;
  readonly id: string;
}

/** Where the message goes and what it holds, before it goes; read out when it changes. */
export function RouteLine({ route, text, organisation, id }: RouteLineProps) {
  const [isOpen, setOpen] = useState(false);
  const isRefused = route.decision.outcome === "refused";
  const reason = routeReason(route, text);
  return (
    <div className="route" data-refused={isRefused}>
      {isRefused ? <AlertIcon /> : <LockIcon />}
      <output className="route-words">
        <span id={id}>
          <span className="route-place">{routeLine(route.decision, organisation)}</span>
          {reason !== undefined && <span> {reason}</span>}
        </span>
      </output>
      <Button look="quiet" aria-haspopup="dialog" onPress={() => setOpen(true)}>
        Choose where
      </Button>
      <RouteDialog route={route} organisation={organisation} isOpen={isOpen} onClose={() => setOpen(false)} />
    </div>
  );
}
