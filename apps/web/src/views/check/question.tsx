import type { ChoiceItem, IntakeAnswer, IntakeJudgement, ScaleItem } from "@cloister/safety/intake";
import { useId, useState } from "react";
import { Checkbox, CheckboxGroup, Radio, RadioGroup } from "react-aria-components";
import type { CheckStage } from "../../model/use-symptom-check.ts";
import { Button } from "../../ui/button.tsx";
import { Problem } from "../../ui/notice.tsx";
import { Progress } from "../../ui/progress.tsx";
import { Tick } from "../../ui/tick-box.tsx";
import { UrgencyNotice } from "./urgency-notice.tsx";

interface QuestionProps {
  readonly stage: Extract<CheckStage, { readonly name: "question" }>;
  readonly judged: IntakeJudgement;
  readonly country: string;
  readonly onAnswer: (answer: IntakeAnswer) => void;
  readonly onNext: () => void;
  readonly onBack: () => void;
}

/** One question. An emergency shows as soon as an answer says so. */
export function Question({ stage, judged, country, onAnswer, onNext, onBack }: QuestionProps) {
  const { item, answer, number, count } = stage;
  const titleId = useId();
  const [isMissing, setMissing] = useState(false);
  const problem = isMissing && answer === undefined ? "Choose an answer, or skip the question." : undefined;
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (answer === undefined) setMissing(true);
        else onNext();
      }}
    >
      <Progress label={`Question ${number} of ${count}`} doneCount={number - 1} totalCount={count} />
      {judged.urgency === "emergency" && <UrgencyNotice judged={judged} country={country} />}
      <h1 id={titleId} className="page-title check-question" tabIndex={-1}>
        {item.text}
      </h1>
      {item.kind === "scale" ? (
        <Scale item={item} answer={answer} titleId={titleId} onAnswer={onAnswer} />
      ) : item.isMany ? (
        <Many item={item} answer={answer} titleId={titleId} onAnswer={onAnswer} />
      ) : (
        <One item={item} answer={answer} titleId={titleId} onAnswer={onAnswer} />
      )}
      <Problem error={problem} />
      <div className="actions">
        <Button look="primary" type="submit">
          Next
        </Button>
        <Button look="secondary" onPress={onBack}>
          Back
        </Button>
        {answer === undefined && (
          <Button look="quiet" onPress={onNext}>
            Skip
          </Button>
        )}
      </div>
    </form>
  );
}

interface AnswerProps<I> {
  readonly item: I;
  readonly answer: IntakeAnswer | undefined;
  readonly titleId: string;
  readonly onAnswer: (answer: IntakeAnswer) => void;
}

function codesOf(answer: IntakeAnswer | undefined): readonly string[] {
  return answer !== undefined && "codes" in answer ? answer.codes : [];
}

function One({ item, answer, titleId, onAnswer }: AnswerProps<ChoiceItem>) {
  return (
    <RadioGroup
      className="choices"
      aria-labelledby={titleId}
      value={codesOf(answer)[0] ?? null}
      onChange={(code) => onAnswer({ item: item.id, codes: [code] })}
    >
      {item.options.map(({ code, text }) => (
        <Radio key={code} value={code} className="choice">
          <span className="radio" />
          <span className="choice-text">{text}</span>
        </Radio>
      ))}
    </RadioGroup>
  );
}

/** "None" and "not sure" stand alone: choosing one takes the others away, and the other way round. */
function Many({ item, answer, titleId, onAnswer }: AnswerProps<ChoiceItem>) {
  const before = codesOf(answer);
  const change = (codes: readonly string[]) => {
    const isAlone = (code: string) => item.options.some((each) => each.code === code && each.isExclusive);
    const added = codes.find((code) => !before.includes(code));
    const kept = added === undefined || !isAlone(added) ? codes.filter((code) => !isAlone(code)) : [added];
    onAnswer({ item: item.id, codes: added === undefined ? codes : kept });
  };
  return (
    <CheckboxGroup className="choices" aria-labelledby={titleId} value={[...before]} onChange={change}>
      {item.options.map(({ code, text }) => (
        <Checkbox key={code} value={code} className="choice">
          <Tick />
          <span className="choice-text">{text}</span>
        </Checkbox>
      ))}
    </CheckboxGroup>
  );
}

function Scale({ item, answer, titleId, onAnswer }: AnswerProps<ScaleItem>) {
  const value = answer !== undefined && "value" in answer ? String(answer.value) : null;
  const numbers = Array.from({ length: item.most + 1 }, (_, number) => String(number));
  const meaning = (number: string) =>
    number === "0" ? item.least.label : number === numbers.at(-1) ? item.greatest.label : undefined;
  return (
    <RadioGroup
      className="stack"
      aria-labelledby={titleId}
      value={value}
      onChange={(number) => onAnswer({ item: item.id, value: Number(number) })}
    >
      <div className="check-scale">
        {numbers.map((number) => (
          <Radio key={number} value={number} className="segment">
            {number}
            {meaning(number) !== undefined && <span className="visually-hidden">: {meaning(number)}</span>}
          </Radio>
        ))}
      </div>
      <p className="check-ends muted" aria-hidden="true">
        <span>0: {item.least.label}</span>
        <span>
          {item.most}: {item.greatest.label}
        </span>
      </p>
    </RadioGroup>
  );
}
