import type { Contact } from "@cloister/client";
import type { FormEvent } from "react";
import { Checkbox, CheckboxGroup, FieldError, Label, Text } from "react-aria-components";
import { useNewConversation } from "../../model/use-new-conversation.ts";
import { explain, roleWord } from "../../model/words.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Button } from "../../ui/button.tsx";
import { Notice, Problem } from "../../ui/notice.tsx";
import { TextInput } from "../../ui/text-input.tsx";
import { Tick } from "../../ui/tick-box.tsx";
import { PageHead } from "../page-head.tsx";

export function NewConversation() {
  const form = useNewConversation();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void form.creating.run();
  };
  return (
    <div className="page">
      <PageHead title="New conversation" />
      <form className="stack" onSubmit={submit}>
        <TextInput
          label="What is it about?"
          hint="Only the people you choose see this. Example: Questions about my inhaler"
          value={form.title}
          onChange={form.setTitle}
          problem={form.problems.title}
          maxLength={120}
        />
        <ChoosePeople form={form} />
        {form.agent !== undefined && <ChooseAgent form={form} agent={form.agent} />}
        <Problem error={form.creating.error} />
        <div className="actions">
          <Button look="primary" type="submit" isBusy={form.creating.running}>
            Start the conversation
          </Button>
        </div>
      </form>
    </div>
  );
}

type Form = ReturnType<typeof useNewConversation>;

function ChoosePeople({ form }: { readonly form: Form }) {
  const { directory } = form;
  if (directory.status === "loading") return <p className="muted">Loading the organisation's directory…</p>;
  if (directory.status === "failed") {
    return (
      <Notice tone="problem" title="The directory could not be loaded">
        <p>{explain(directory.error)}</p>
        <Button onPress={directory.reload}>Try again</Button>
      </Notice>
    );
  }
  if (form.people.length === 0) {
    return <p className="muted">The organisation has not vouched for any clinician yet.</p>;
  }
  return (
    <CheckboxGroup
      className="field"
      value={[...form.chosen]}
      onChange={form.setChosen}
      isInvalid={form.problems.people !== undefined}
    >
      <Label className="field-label">Who should be in it?</Label>
      <Text slot="description" className="field-hint">
        The organisation's key vouches for each of them; this device checked that.
      </Text>
      <div className="choices">
        {form.people.map((contact) => (
          <Choice key={contact.account} contact={contact} />
        ))}
      </div>
      <FieldError className="field-problem">{form.problems.people}</FieldError>
    </CheckboxGroup>
  );
}

function Choice({ contact }: { readonly contact: Contact }) {
  return (
    <Checkbox className="choice" value={contact.account}>
      <Tick />
      <Avatar name={contact.name} isAgent={false} />
      <span className="choice-text">
        <bdi className="choice-name">{contact.name}</bdi>
        <span className="muted">{roleWord(contact.role)}</span>
      </span>
    </Checkbox>
  );
}

function ChooseAgent({ form, agent }: { readonly form: Form; readonly agent: Contact }) {
  return (
    <Checkbox className="choice" isSelected={form.wantsAgent} onChange={form.setWantsAgent}>
      <Tick />
      <Avatar name={agent.name} isAgent />
      <span className="choice-text">
        <bdi className="choice-name">{agent.name}</bdi>
        <span className="muted">
          AI assistant. It is asked for a message only when somebody addresses it and agreed to that before.
        </span>
      </span>
    </Checkbox>
  );
}
