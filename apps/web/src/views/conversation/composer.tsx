import type { Self } from "@cloister/client";
import { type FormEvent, type KeyboardEvent, type RefObject, useId, useState } from "react";
import { hrefOf } from "../../model/route.ts";
import type { Composer as ComposerModel } from "../../model/use-composer.ts";
import type { ConversationView } from "../../model/use-conversation.ts";
import { useEmergency } from "../../model/use-emergency.ts";
import { Button } from "../../ui/button.tsx";
import { CloseIcon, SendIcon } from "../../ui/icons.tsx";
import { keptOnDevice } from "../../ui/kept-on-device.ts";
import { Problem } from "../../ui/notice.tsx";
import { EmergencyBanner } from "./emergency-banner.tsx";
import { MarkedText } from "./marked-text.tsx";
import { RouteLine } from "./route-line.tsx";

interface ComposerProps {
  readonly composer: ComposerModel;
  readonly view: ConversationView;
  readonly organisation: Self["organisation"];
  readonly inputRef: RefObject<HTMLTextAreaElement | null>;
}

export function Composer({ composer, view, organisation, inputRef }: ComposerProps) {
  const { emergency, beforeSend, dismiss } = useEmergency(composer.text, organisation.region);
  const [hintId, routeId] = [useId(), useId()];
  const [scrollTop, setScrollTop] = useState(0);
  const { route } = composer;
  const write = () => inputRef.current?.focus();
  const send = () => {
    beforeSend();
    write();
    void composer.submit();
  };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    send();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // While an input method composes a character, Enter belongs to it; on touch keyboards it begins a line.
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing || isTouch()) return;
    event.preventDefault();
    send();
  };
  return (
    <form className="composer" onSubmit={onSubmit} aria-label="Write a message">
      {emergency !== undefined && (
        <EmergencyBanner
          emergency={emergency}
          onDismiss={() => {
            dismiss();
            write();
          }}
        />
      )}
      <Problem error={composer.error} />
      <Recipients
        addressesAgent={composer.addressesAgent}
        isRefused={route?.decision.outcome === "refused"}
        isAlone={view.people.length === 0}
        onWithdraw={() => {
          composer.writeToPeople();
          write();
        }}
      />
      {route !== undefined && (
        <RouteLine id={routeId} route={route} text={composer.text} organisation={organisation.name} />
      )}
      <div className="composer-box" data-ai={composer.addressesAgent}>
        {route !== undefined && route.spans.length > 0 && (
          <MarkedText text={composer.text} spans={route.spans} scrollTop={scrollTop} />
        )}
        <textarea
          ref={inputRef}
          className="composer-input"
          aria-label="Message"
          aria-describedby={route === undefined ? hintId : `${routeId} ${hintId}`}
          placeholder="Write a message"
          dir="auto"
          rows={1}
          autoComplete="off"
          {...keptOnDevice}
          value={composer.text}
          onChange={(event) => composer.setText(event.target.value)}
          onKeyDown={onKeyDown}
          onScroll={(event) => setScrollTop(event.currentTarget.scrollTop)}
        />
        <div className="composer-buttons">
          {composer.canAsk && (
            <button
              type="button"
              className="button ask"
              aria-pressed={composer.addressesAgent}
              onClick={composer.toggleAsk}
            >
              <span className="ai-tag">AI</span>
              <span>
                Ask<span className="ask-rest"> the assistant</span>
              </span>
            </button>
          )}
          <span id={hintId} className="composer-hint">
            Enter sends, Shift+Enter begins a new line
          </span>
          <button type="submit" className="button button-primary send" disabled={composer.text.trim() === ""}>
            <SendIcon /> Send
          </button>
        </div>
      </div>
    </form>
  );
}

function isTouch(): boolean {
  return matchMedia("(pointer: coarse)").matches;
}

interface RecipientsProps {
  readonly addressesAgent: boolean;
  /** The assistant was asked for and gets nothing. */
  readonly isRefused: boolean;
  /** Nobody but the assistant is here. */
  readonly isAlone: boolean;
  readonly onWithdraw: () => void;
}

/** To whom this message goes, before it goes. */
function Recipients({ addressesAgent, isRefused, isAlone, onWithdraw }: RecipientsProps) {
  if (addressesAgent) {
    return (
      <output className="chip">
        <span className="ai-tag">AI</span>
        <span>{isRefused ? "The assistant may not read this" : "The assistant will read this message"}</span>
        <Button look="icon" aria-label="Don't send it to the assistant" onPress={onWithdraw}>
          <CloseIcon />
        </Button>
      </output>
    );
  }
  if (!isAlone) return null;
  return (
    <p className="composer-note">
      Nobody else is in this conversation. Press “Ask the assistant”, or{" "}
      <a href={hrefOf({ view: "new" })}>begin a conversation with a person</a>.
    </p>
  );
}
