import type { Self } from "@cloister/client";
import type { AccountId } from "@cloister/contracts/ids";
import { Menu, MenuItem, MenuTrigger, Popover } from "react-aria-components";
import { useModel } from "../../model/client-model.ts";
import { hrefOf } from "../../model/route.ts";
import type { ConversationView, Person } from "../../model/use-conversation.ts";
import { useTask } from "../../model/use-task.ts";
import { roleWord } from "../../model/words.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Button } from "../../ui/button.tsx";
import { ListIcon, LockIcon, MenuIcon } from "../../ui/icons.tsx";
import { Problem } from "../../ui/notice.tsx";
import { BackToList } from "../page-head.tsx";
import { EvidenceBadge } from "./evidence-badge.tsx";
import { VerificationMark } from "./verification-mark.tsx";

interface ConversationHeaderProps {
  readonly view: ConversationView;
  readonly self: Self;
  readonly onCompare: (account: AccountId) => void;
  readonly onAllow: () => void;
}

/** Who is here and who reads this: always in sight. */
export function ConversationHeader({ view, self, onCompare, onAllow }: ConversationHeaderProps) {
  const { client } = useModel();
  const { conversation, people, agent, consented } = view;
  const revoking = useTask(async () => {
    if (agent !== undefined) await client.revokeConsent(conversation.id, agent.account);
  });
  const check = { view: "check", conversation: conversation.id } as const;
  const canCheck = self.role === "patient" && people.length > 0;
  const names = people.map((person) => person.name).join(", ");
  const others = [...people, ...(agent === undefined ? [] : [agent])];
  return (
    <header className="conversation-head">
      <div className="conversation-who">
        <BackToList />
        <Avatar name={people[0]?.name ?? agent?.name ?? ""} isAgent={people.length === 0} />
        <div className="conversation-heading">
          <h1 className="conversation-name" tabIndex={-1}>
            <bdi>{names === "" ? (agent?.name ?? "Only you") : names}</bdi>
          </h1>
          <p className="conversation-title">
            <bdi>{conversation.title}</bdi>
          </p>
        </div>
        {canCheck && (
          <a className="button button-quiet check-link" href={hrefOf(check)} aria-label="Symptom check">
            <ListIcon />
            <span className="check-link-text">Symptom check</span>
          </a>
        )}
        <MenuTrigger>
          <Button look="icon" aria-label="Options of this conversation">
            <MenuIcon />
          </Button>
          <Popover className="popover" placement="bottom end">
            <Menu className="menu">
              {others.map((person) => (
                <MenuItem
                  key={person.account}
                  className="menu-item"
                  textValue={`Compare safety numbers with ${person.name}`}
                  onAction={() => onCompare(person.account)}
                >
                  Compare safety numbers with <bdi>{person.name}</bdi>
                </MenuItem>
              ))}
              {agent !== undefined && consented && (
                <MenuItem className="menu-item menu-item-danger" onAction={() => void revoking.run()}>
                  Take back consent: the assistant gets nothing more
                </MenuItem>
              )}
              {agent !== undefined && !consented && (
                <MenuItem className="menu-item" onAction={onAllow}>
                  Let the assistant read what you address to it…
                </MenuItem>
              )}
            </Menu>
          </Popover>
        </MenuTrigger>
      </div>
      <Readers people={people} agent={agent} consented={consented} self={self} />
      <Problem error={revoking.error} />
    </header>
  );
}

interface ReadersProps {
  readonly people: readonly Person[];
  readonly agent: Person | undefined;
  readonly consented: boolean;
  readonly self: Self;
}

function Readers({ people, agent, consented, self }: ReadersProps) {
  return (
    <div className="readers">
      <p className="readers-label" id="readers-label">
        <LockIcon />
        Who reads this
      </p>
      <ul className="readers-list" aria-labelledby="readers-label">
        <li>
          You <span className="muted">({roleWord(self.role).toLowerCase()})</span>
        </li>
        {people.map((person) => (
          <li key={person.account}>
            <bdi>{person.name}</bdi>{" "}
            <span className="muted">
              ({roleWord(person.role).toLowerCase()}){person.verification === "unverified" && ","}
            </span>{" "}
            <VerificationMark person={person} />
          </li>
        ))}
        {agent !== undefined && (
          <li>
            <span className="ai-tag">AI</span> <bdi>{agent.name}</bdi>
            <span className="muted">
              {consented ? ": only what is addressed to it" : ": nothing of yours, unless you allow it"}
            </span>
            <EvidenceBadge agent={agent.account} name={agent.name} />
          </li>
        )}
      </ul>
    </div>
  );
}
