import type { Self } from "@cloister/client";
import { type MouseEvent, useEffect, useRef } from "react";
import { useModel } from "../model/client-model.ts";
import { useObservable } from "../model/observable.ts";
import { hrefOf, type Route, useRoute } from "../model/route.ts";
import { Mark, PlusIcon, SettingsIcon } from "../ui/icons.tsx";
import { useFocusHeading } from "../ui/use-focus-heading.ts";
import { Announcer } from "./announcer.tsx";
import { SymptomCheck } from "./check/symptom-check.tsx";
import { ConversationPane } from "./conversation/conversation-pane.tsx";
import { HistoryProgress } from "./history-progress.tsx";
import { BackupReminder } from "./list/backup-reminder.tsx";
import { ConversationList } from "./list/conversation-list.tsx";
import { NewConversation } from "./list/new-conversation.tsx";
import { NothingOpen } from "./list/nothing-open.tsx";
import { OfflineNotice } from "./offline-notice.tsx";
import { Settings } from "./settings/settings.tsx";

/** The app of somebody who has an account: the list beside what is open; on narrow screens one at a time. */
export function Shell({ self }: { readonly self: Self }) {
  const route = useRoute();
  const pane = useRef<HTMLElement>(null);
  useFocusHeading(hrefOf(route));
  useUnreadInTitle();
  const skip = (event: MouseEvent) => {
    event.preventDefault();
    pane.current?.focus();
  };
  return (
    <>
      <Announcer self={self} />
      <a className="skip-link" href="#main" onClick={skip}>
        Skip the list of conversations
      </a>
      <main className="shell" data-view={route.view}>
        <nav className="sidebar" aria-label="Conversations">
          <Sidebar self={self} route={route} />
        </nav>
        <section ref={pane} id="main" className="pane" tabIndex={-1} aria-label="Open view">
          <Pane self={self} route={route} />
        </section>
      </main>
    </>
  );
}

function Sidebar({ self, route }: { readonly self: Self; readonly route: Route }) {
  const Heading = route.view === "list" ? "h1" : "h2";
  return (
    <>
      <div className="brand">
        <Mark />
        <span className="brand-text">
          <span className="brand-name">Cloister</span>
          <bdi className="brand-organisation">{self.organisation.name}</bdi>
        </span>
        <a
          className="button button-icon"
          href={hrefOf({ view: "settings" })}
          aria-label="Settings"
          aria-current={route.view === "settings" ? "page" : undefined}
        >
          <SettingsIcon />
        </a>
      </div>
      <OfflineNotice />
      <div className="list-head">
        <Heading className="list-title" tabIndex={-1}>
          Conversations
        </Heading>
        <a className="button button-secondary" href={hrefOf({ view: "new" })}>
          <PlusIcon />
          New
          <span className="visually-hidden"> conversation</span>
        </a>
      </div>
      <HistoryProgress direction="receiving" />
      <ConversationList self={self} />
      <BackupReminder />
    </>
  );
}

function Pane({ self, route }: { readonly self: Self; readonly route: Route }) {
  switch (route.view) {
    case "list":
      return <NothingOpen />;
    case "new":
      return <NewConversation />;
    case "settings":
      return <Settings self={self} />;
    case "conversation":
      return <ConversationPane key={route.conversation} id={route.conversation} self={self} />;
    case "check":
      return <SymptomCheck key={route.conversation} id={route.conversation} self={self} />;
  }
}

/** The count only: a title is seen in task lists and browser histories. */
function useUnreadInTitle(): void {
  const conversations = useObservable(useModel().conversations);
  const unread = conversations.reduce((sum, conversation) => sum + conversation.unreadCount, 0);
  useEffect(() => {
    document.title = unread === 0 ? "Cloister" : `(${unread}) Cloister`;
  }, [unread]);
}
