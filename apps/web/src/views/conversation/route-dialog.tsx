import type { Processor } from "@cloister/routing";
import { Label, Radio, RadioGroup } from "react-aria-components";
import type { RoutePreview } from "../../model/use-route.ts";
import { useTask } from "../../model/use-task.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Problem } from "../../ui/notice.tsx";

interface RouteDialogProps {
  readonly route: RoutePreview;
  readonly organisation: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

interface Option {
  readonly limit: Processor;
  readonly name: string;
  readonly hint: string;
}

/** A person may always be stricter than the organisation; never the other way round. */
export function RouteDialog({ route, organisation, isOpen, onClose }: RouteDialogProps) {
  const limiting = useTask(route.limit);
  const options = optionsFor(organisation, route.mayUseCloud);
  const chosen = options.find(({ limit }) => limit === route.strictest) ?? options[0];
  const change = (value: string) => {
    const limit = options.find((option) => option.limit === value)?.limit;
    void limiting.run(limit === options[0]?.limit ? undefined : limit);
  };
  return (
    <Dialog
      title="Where may your questions go?"
      isOpen={isOpen}
      onClose={onClose}
      actions={
        <Button look="primary" onPress={onClose}>
          Done
        </Button>
      }
    >
      <div className="stack">
        <RadioGroup className="field" value={chosen?.limit ?? ""} onChange={change}>
          <Label className="field-label">What you ask in this conversation may be answered</Label>
          <div className="choices">
            {options.map(({ limit, name, hint }) => (
              <Radio key={limit} value={limit} className="choice">
                <span className="radio" aria-hidden="true" />
                <span className="choice-text">
                  <span className="choice-name">{name}</span>
                  <span className="muted">{hint}</span>
                </span>
              </Radio>
            ))}
          </div>
        </RadioGroup>
        <Problem error={limiting.error} />
      </div>
    </Dialog>
  );
}

/** From the widest to the narrowest; the first is no limit at all. */
function optionsFor(organisation: string, mayUseCloud: boolean): readonly Option[] {
  const inside: Option = {
    limit: "on-premise",
    name: `Inside ${organisation}`,
    hint: "By the assistant that it runs. No cloud model gets any of it.",
  };
  const outside: Option = {
    limit: "cloud",
    name: `Wherever ${organisation} allows`,
    hint: "A cloud model may be among that. It gets nothing that identifies somebody.",
  };
  return [
    ...(mayUseCloud ? [outside] : []),
    inside,
    {
      limit: "enclave",
      name: "In an enclave only",
      hint: "Where evidence shows which code runs. An assistant elsewhere gets nothing.",
    },
    {
      limit: "client",
      name: "On this device only",
      hint: "No assistant runs on it, so none gets anything. What you write goes to people only.",
    },
  ];
}
