import type { Contact } from "@cloister/client";
import type { AccountId } from "@cloister/contracts/ids";
import { useState } from "react";
import { useModel } from "./client-model.ts";
import { goTo } from "./route.ts";
import { useLoaded } from "./use-loaded.ts";
import { useTask } from "./use-task.ts";

/** Choosing whom to write to, and about what. */
export function useNewConversation() {
  const { client } = useModel();
  const directory = useLoaded(() => client.directory());
  const [title, setTitle] = useState("");
  const [chosen, setChosen] = useState<readonly AccountId[]>([]);
  const [wantsAgent, setWantsAgent] = useState(true);
  const [problems, setProblems] = useState<{ readonly title?: string; readonly people?: string }>({});

  const contacts = directory.status === "ready" ? directory.value : [];
  const people = contacts.filter((contact) => contact.role !== "agent");
  const agent: Contact | undefined = contacts.find((contact) => contact.role === "agent");
  const members = [...chosen, ...(agent !== undefined && wantsAgent ? [agent.account] : [])];

  const creating = useTask(async () => {
    const found = {
      ...(title.trim() === "" && { title: "Say in a few words what this is about." }),
      ...(members.length === 0 && { people: "Choose at least one person, or the assistant." }),
    };
    setProblems(found);
    if (Object.keys(found).length > 0) return;
    const conversation = await client.createConversation({ title: title.trim(), members });
    goTo({ view: "conversation", conversation: conversation.id });
  });

  return {
    directory,
    people,
    agent,
    title,
    setTitle,
    chosen,
    setChosen,
    wantsAgent,
    setWantsAgent,
    problems,
    creating,
  };
}
