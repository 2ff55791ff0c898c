import type { Self } from "@cloister/client";
import { useRef } from "react";
import { useNowMs } from "../../model/now.ts";
import { hrefOf } from "../../model/route.ts";
import { shortTime } from "../../model/time.ts";
import { type ConversationRow, useConversationList } from "../../model/use-conversation-list.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { useArrowKeys } from "../../ui/use-arrow-keys.ts";

export function ConversationList({ self }: { readonly self: Self }) {
  const rows = useConversationList(self);
  const list = useRef<HTMLUListElement>(null);
  const onKeyDown = useArrowKeys(list, "a");
  if (rows.length === 0) return <EmptyList self={self} />;
  return (
    // Arrow keys are a convenience on top of the links, which Tab reaches.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <ul ref={list} className="conversations" translate="no" onKeyDown={onKeyDown}>
      {rows.map((row) => (
        <li key={row.id}>
          <Row row={row} />
        </li>
      ))}
    </ul>
  );
}

function Row({ row }: { readonly row: ConversationRow }) {
  const nowMs = useNowMs();
  return (
    <a
      className="conversation-link"
      href={hrefOf({ view: "conversation", conversation: row.id })}
      aria-current={row.isOpen ? "page" : undefined}
    >
      <Avatar name={row.names} isAgent={row.onlyAgent} />
      <span className="conversation-text">
        <span className="conversation-top">
          <bdi className="conversation-names">{row.names}</bdi>
          <time className="conversation-time" dateTime={new Date(row.atMs).toISOString()}>
            {shortTime(row.atMs, nowMs)}
          </time>
        </span>
        <bdi className="conversation-subject">{row.title}</bdi>
        <span className="conversation-bottom">
          <bdi className="conversation-preview">{row.preview}</bdi>
          <RowMarks row={row} />
        </span>
      </span>
    </a>
  );
}

function RowMarks({ row }: { readonly row: ConversationRow }) {
  if (row.identityChanged) return <span className="tag tag-caution">Identity changed</span>;
  if (row.unreadCount > 0) {
    return (
      <span className="unread">
        {row.unreadCount}
        <span className="visually-hidden"> unread</span>
      </span>
    );
  }
  return row.waiting ? <span className="tag">Waits for you</span> : null;
}

function EmptyList({ self }: { readonly self: Self }) {
  return (
    <div className="empty-list">
      <p>
        {self.role === "patient"
          ? "No conversations yet. Begin one with somebody who looks after you."
          : "No conversations yet. They appear here as soon as a patient writes to you."}
      </p>
      {self.role === "patient" && (
        <a className="button button-primary" href={hrefOf({ view: "new" })}>
          Begin a conversation
        </a>
      )}
    </div>
  );
}
