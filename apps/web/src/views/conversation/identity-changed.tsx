import type { AccountId } from "@cloister/contracts/ids";
import { useModel } from "../../model/client-model.ts";
import type { Person } from "../../model/use-conversation.ts";
import { useTask } from "../../model/use-task.ts";
import { Button } from "../../ui/button.tsx";
import { Notice, Problem } from "../../ui/notice.tsx";

interface IdentityChangedProps {
  readonly people: readonly Person[];
  readonly onCompare: (account: AccountId) => void;
}

/** Stands where the composer was: nothing is sent until somebody decided. */
export function IdentityChanged({ people, onCompare }: IdentityChangedProps) {
  return (
    <div className="composer-blocked">
      {people.map((person) => (
        <Changed key={person.account} person={person} onCompare={onCompare} />
      ))}
    </div>
  );
}

function Changed({
  person,
  onCompare,
}: {
  readonly person: Person;
  readonly onCompare: (id: AccountId) => void;
}) {
  const { client } = useModel();
  const accepting = useTask(() => client.acceptIdentity(person.account));
  return (
    <Notice tone="caution" title={`The identity key of ${person.name} changed`} live>
      <p>
        That happens when somebody sets Cloister up anew. It also happens when somebody else pretends to be
        them. Ask <bdi>{person.name}</bdi> by phone or in person, and compare the numbers. Until you decide,
        nothing is sent here.
      </p>
      <div className="actions">
        <Button look="primary" onPress={() => onCompare(person.account)}>
          Compare safety numbers
        </Button>
        <Button look="secondary" onPress={() => void accepting.run()} isBusy={accepting.running}>
          Go on without comparing
        </Button>
      </div>
      <Problem error={accepting.error} />
    </Notice>
  );
}
