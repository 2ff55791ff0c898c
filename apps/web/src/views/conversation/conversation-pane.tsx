import type { Self } from "@cloister/client";
import type { AccountId, ConversationId } from "@cloister/contracts/ids";
import { useRef, useState } from "react";
import { useComposer } from "../../model/use-composer.ts";
import { type ConversationView, useConversation, useMarkRead } from "../../model/use-conversation.ts";
import { explain } from "../../model/words.ts";
import { Notice } from "../../ui/notice.tsx";
import { PageHead } from "../page-head.tsx";
import { CompareDialog } from "./compare-dialog.tsx";
import { Composer } from "./composer.tsx";
import { ConsentDialog } from "./consent-dialog.tsx";
import { ConversationHeader } from "./conversation-header.tsx";
import { IdentityChanged } from "./identity-changed.tsx";
import { MessageLog } from "./message-log.tsx";

export function ConversationPane({ id, self }: { readonly id: ConversationId; readonly self: Self }) {
  const view = useConversation(id, self);
  if (view === undefined) {
    return (
      <div className="page">
        <PageHead title="Not on this device" />
        <p>
          This device does not have that conversation. It may have been erased, or begun before you linked it.
        </p>
      </div>
    );
  }
  return <OpenConversation view={view} self={self} />;
}

function OpenConversation({ view, self }: { readonly view: ConversationView; readonly self: Self }) {
  const { conversation, people, agent, changed, history } = view;
  const composer = useComposer(conversation, self.account);
  const input = useRef<HTMLTextAreaElement>(null);
  const [comparing, setComparing] = useState<AccountId>();
  const compared = [...people, ...(agent === undefined ? [] : [agent])].find(
    (person) => person.account === comparing,
  );
  useMarkRead(conversation);
  const askPerson = () => {
    composer.writeToPeople();
    input.current?.focus();
  };
  return (
    <div className="conversation">
      <ConversationHeader view={view} self={self} onCompare={setComparing} onAllow={composer.toggleAsk} />
      {history.status === "failed" ? (
        <div className="log-placeholder">
          <Notice tone="problem" title="The history could not be opened">
            <p>{explain(history.error)}</p>
          </Notice>
        </div>
      ) : (
        <MessageLog view={view} self={self} onAskPerson={askPerson} />
      )}
      {changed.length > 0 ? (
        <IdentityChanged people={changed} onCompare={setComparing} />
      ) : (
        <Composer composer={composer} view={view} organisation={self.organisation} inputRef={input} />
      )}
      {agent !== undefined && (
        <ConsentDialog
          agent={agent}
          organisation={self.organisation.name}
          isOpen={composer.consentNeeded}
          onConsent={composer.consent}
          onDecline={composer.declineConsent}
          inputRef={input}
        />
      )}
      {compared !== undefined && (
        <CompareDialog key={compared.account} person={compared} onClose={() => setComparing(undefined)} />
      )}
    </div>
  );
}
