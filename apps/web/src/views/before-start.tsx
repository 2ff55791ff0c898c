import type { ReactNode } from "react";
import { explain } from "../model/words.ts";
import { Button } from "../ui/button.tsx";
import { Arcade } from "../ui/icons.tsx";

/** Another page of this browser is the device right now. */
export function OpenElsewhere({ onTakeOver }: { readonly onTakeOver: () => void }) {
  return (
    <BeforeStart title="Cloister is open in another tab">
      <p>
        Only one tab at a time can hold your keys. Go to the other one, or go on here: the other then rests.
      </p>
      <Button look="primary" onPress={onTakeOver}>
        Use it here
      </Button>
    </BeforeStart>
  );
}

/** Without https there are no keys to be had, and without storage no place for them. */
export function CannotStart({ error }: { readonly error: unknown }) {
  return (
    <BeforeStart title="Cloister cannot start here">
      {isSecureContext ? (
        <p>{explain(error)}</p>
      ) : (
        <p>
          Browsers give keys to secure pages only. Open this address with https, or ask the organisation to.
        </p>
      )}
      <Button look="primary" onPress={() => location.reload()}>
        Try again
      </Button>
    </BeforeStart>
  );
}

function BeforeStart({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <main className="welcome">
      <div className="welcome-card">
        <Arcade />
        <h1 className="welcome-title">{title}</h1>
        {children}
      </div>
    </main>
  );
}
