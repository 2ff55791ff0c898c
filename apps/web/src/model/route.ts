import type { ConversationId } from "@cloister/contracts/ids";
import { useSyncExternalStore } from "react";

/** Where in the app a person is. It lives in the fragment, which a browser never sends to a server. */
export type Route =
  | { readonly view: "list" }
  | { readonly view: "new" }
  | { readonly view: "settings" }
  | { readonly view: "conversation" | "check"; readonly conversation: ConversationId };

/** Anything unknown is the list. */
export function parseRoute(hash: string): Route {
  const [view, id] = hash.replace(/^#\/?/, "").split("/");
  if (view === "new" || view === "settings") return { view };
  if ((view === "conversation" || view === "check") && id !== undefined && /^[\w-]{1,64}$/.test(id)) {
    return { view, conversation: id };
  }
  return { view: "list" };
}

export function hrefOf(route: Route): string {
  switch (route.view) {
    case "list":
      return "#/";
    case "new":
    case "settings":
      return `#/${route.view}`;
    case "conversation":
    case "check":
      return `#/${route.view}/${route.conversation}`;
  }
}

export function goTo(route: Route): void {
  location.hash = hrefOf(route);
}

function subscribe(listener: () => void): () => void {
  addEventListener("hashchange", listener);
  return () => removeEventListener("hashchange", listener);
}

export function useRoute(): Route {
  return parseRoute(useSyncExternalStore(subscribe, () => location.hash));
}
