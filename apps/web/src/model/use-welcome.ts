import type { OrganisationInfo } from "@cloister/contracts/http";
import { useState } from "react";
import { useModel } from "./client-model.ts";
import { type HeldInvitation, readInvitation } from "./invitation.ts";
import type { Loadable } from "./observable.ts";
import { useLoaded } from "./use-loaded.ts";
import { type Task, useTask } from "./use-task.ts";
import { explain } from "./words.ts";

export interface Welcome {
  readonly organisation: Loadable<OrganisationInfo> & { readonly reload: () => void };
  readonly invitation: HeldInvitation | undefined;
  readonly invitationProblem: string | undefined;
  readonly name: string;
  readonly nameProblem: string | undefined;
  readonly signingUp: Task<[]>;
  readonly setName: (name: string) => void;
  /** A link or a code; empty text takes the invitation away. */
  readonly setInvitation: (text: string) => void;
}

/** Making an account, with or without an invitation. */
export function useWelcome(invitationCode: string | undefined): Welcome {
  const model = useModel();
  const organisation = useLoaded(() => model.client.organisation());
  const [held, setHeld] = useState(() => readHeld(invitationCode ?? ""));
  const [name, setName] = useState("");
  const [nameProblem, setNameProblem] = useState<string>();

  const signingUp = useTask(async () => {
    const { invitation } = held;
    const displayName = invitation === undefined || invitation.name === "" ? name.trim() : invitation.name;
    if (displayName === "") return setNameProblem("Write the name that others here shall see.");
    const code = invitation === undefined ? {} : { invitationCode: invitation.code };
    await model.client.signUp({ displayName, ...code });
    model.begin();
  });

  return {
    organisation,
    invitation: held.invitation,
    invitationProblem: held.problem,
    name,
    nameProblem,
    signingUp,
    setName: (next) => {
      setName(next);
      setNameProblem(undefined);
    },
    setInvitation: (text) => setHeld(readHeld(text)),
  };
}

interface Held {
  readonly invitation?: HeldInvitation;
  readonly problem?: string;
}

function readHeld(text: string): Held {
  if (text.trim() === "") return {};
  try {
    return { invitation: readInvitation(text, Date.now()) };
  } catch (error) {
    return { problem: explain(error) };
  }
}
