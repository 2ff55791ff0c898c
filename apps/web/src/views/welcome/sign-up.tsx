import type { OrganisationInfo } from "@cloister/contracts/http";
import { type FormEvent, useState } from "react";
import { fullDate } from "../../model/time.ts";
import type { Welcome } from "../../model/use-welcome.ts";
import { roleWord } from "../../model/words.ts";
import { Button } from "../../ui/button.tsx";
import { DeviceIcon, KeyIcon, LockIcon } from "../../ui/icons.tsx";
import { Notice, Problem } from "../../ui/notice.tsx";
import { TextInput } from "../../ui/text-input.tsx";

interface SignUpProps {
  readonly welcome: Welcome;
  readonly organisation: OrganisationInfo;
  readonly onOtherWay: (way: "link" | "restore") => void;
}

export function SignUp({ welcome, organisation, onOtherWay }: SignUpProps) {
  const { invitation, signingUp } = welcome;
  const mayCreate = organisation.signUp === "open" || invitation !== undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void signingUp.run();
  };
  return (
    <>
      <header>
        <h1 className="welcome-title" tabIndex={-1}>
          Private messages with <bdi>{organisation.name}</bdi>
        </h1>
        <p className="lead">
          Only you and the people you write to can read them. An AI assistant can help, when you ask it to.
        </p>
      </header>
      {invitation !== undefined && (
        <section className="invited" aria-label="Your invitation">
          <p className="invited-label">You are invited as {roleWord(invitation.role).toLowerCase()}</p>
          {invitation.name !== "" && <bdi className="invited-name">{invitation.name}</bdi>}
          <p className="muted">Valid until {fullDate(invitation.expiresAtMs)}</p>
        </section>
      )}
      {mayCreate && (
        <form className="stack" onSubmit={submit}>
          {(invitation === undefined || invitation.name === "") && (
            <TextInput
              label="How should we call you?"
              hint="Only the people you write to see this. It travels encrypted."
              value={welcome.name}
              onChange={welcome.setName}
              problem={welcome.nameProblem}
              autoComplete="name"
              maxLength={60}
            />
          )}
          <Problem error={signingUp.error} />
          <Button look="primary" type="submit" isBusy={signingUp.running}>
            {signingUp.running ? "Making your keys…" : "Create account"}
          </Button>
        </form>
      )}
      {!mayCreate && <p>To open an account here you need an invitation of this organisation.</p>}
      <OtherWays welcome={welcome} isOpen={!mayCreate} onOtherWay={onOtherWay} />
      <WhatIsStored />
    </>
  );
}

interface OtherWaysProps {
  readonly welcome: Welcome;
  readonly isOpen: boolean;
  readonly onOtherWay: (way: "link" | "restore") => void;
}

function OtherWays({ welcome, isOpen, onOtherWay }: OtherWaysProps) {
  const [pasting, setPasting] = useState(false);
  const [pasted, setPasted] = useState("");
  const change = (text: string) => {
    setPasted(text);
    welcome.setInvitation(text);
  };
  return (
    <div className="stack stack-tight">
      {welcome.invitationProblem !== undefined && pasted === "" && (
        <Notice tone="problem" title="This invitation cannot be used" live>
          <p>{welcome.invitationProblem}</p>
        </Notice>
      )}
      {isOpen || pasting ? (
        <TextInput
          label="Invitation"
          hint="Paste the link or the code that the organisation gave you."
          lines={2}
          value={pasted}
          onChange={change}
          problem={pasted === "" ? undefined : welcome.invitationProblem}
        />
      ) : (
        welcome.invitation === undefined && (
          <Button look="quiet" onPress={() => setPasting(true)}>
            I have an invitation
          </Button>
        )
      )}
      <Button look="quiet" onPress={() => onOtherWay("link")}>
        <DeviceIcon /> Link to an account on another device
      </Button>
      <Button look="quiet" onPress={() => onOtherWay("restore")}>
        <KeyIcon /> Restore from a backup
      </Button>
    </div>
  );
}

function WhatIsStored() {
  return (
    <section className="stored">
      <h2 className="stored-title">
        <LockIcon /> What is stored, and where
      </h2>
      <p>
        Your keys, your name and your messages are kept in this browser, sealed with a key that cannot be
        copied out of it. The organisation's server keeps encrypted messages until your devices have fetched
        them; it sees who writes to whom and when, but not what. A log records that something was done,
        without names or words. If you clear this browser's data and have neither a second device nor a
        backup, your messages are gone: nobody can restore them.
      </p>
    </section>
  );
}
