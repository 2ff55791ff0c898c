import type { Self } from "@cloister/client";
import { useModel } from "../model/client-model.ts";
import { useObservable } from "../model/observable.ts";
import { nameOf } from "../model/words.ts";

/** Reads out what arrived, once and whole. The log of messages itself stays silent, so nothing is read twice. */
export function Announcer({ self }: { readonly self: Self }) {
  const model = useModel();
  const message = useObservable(model.arrived);
  const began = useObservable(model.began);
  const findContact = useObservable(model.findContact);
  const name = message === undefined ? "" : nameOf(message.from, self, findContact);
  return (
    <>
      <div className="visually-hidden" aria-live="polite" aria-atomic="true">
        {began !== undefined && `${nameOf(began.agent, self, findContact)}, an AI, is writing an answer.`}
      </div>
      <div className="visually-hidden" aria-live="polite" aria-atomic="true">
        {message?.kind === "text" && `New message from ${name}: ${message.body}`}
        {message?.kind === "answer" &&
          `Answer of ${name}, an AI: ${message.answer.sentences.map((sentence) => sentence.text).join(" ")}`}
      </div>
    </>
  );
}
