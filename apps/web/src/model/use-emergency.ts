import { checkRedFlags, type EmergencyKind, emergencyNumbers, regionOf } from "@cloister/safety";
import { useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { useModel } from "./client-model.ts";

/** What the on-device check has to say about a text. Finding nothing means nothing. */
export interface Emergency {
  /** `urgent`: be seen today. */
  readonly urgency: "emergency" | "urgent";
  readonly kind: EmergencyKind;
  readonly advice: string;
  readonly numbers: readonly PhoneNumber[];
}

export interface PhoneNumber {
  readonly name: string;
  readonly number: string;
}

/** Longer texts cannot be sent either; the end is where a person writes. */
const maxCheckedLength = 20_000;

/** The check itself; nothing leaves the device. `country` is ISO 3166-1 alpha-2. */
export function findEmergency(text: string, country: string): Emergency | undefined {
  const region = regionOf(country);
  const { urgency, kind, advice } = checkRedFlags(text.slice(-maxCheckedLength), { region });
  if (urgency === "routine" || kind === undefined || advice === undefined) return undefined;
  return { urgency, kind, advice, numbers: numbersFor(country, { urgency, kind }) };
}

/** Whom to call: the emergency number always, the special lines where they fit. */
export function numbersFor(
  country: string,
  finding?: Pick<Emergency, "urgency" | "kind">,
): readonly PhoneNumber[] {
  const { emergency, crisis, poison, advice } = emergencyNumbers(regionOf(country));
  const inCrisis = finding !== undefined && crisisKinds.has(finding.kind);
  const poisoned = finding !== undefined && poisonKinds.has(finding.kind);
  return [
    { name: "Emergency", number: emergency },
    ...(inCrisis && crisis !== undefined ? [{ name: "Crisis line", number: crisis }] : []),
    ...(poisoned && poison !== undefined ? [{ name: "Poison line", number: poison }] : []),
    ...(finding?.urgency === "urgent" && advice !== undefined
      ? [{ name: "Medical advice", number: advice }]
      : []),
  ];
}

const crisisKinds: ReadonlySet<EmergencyKind> = new Set(["suicide", "self-harm", "psychosis"]);
const poisonKinds: ReadonlySet<EmergencyKind> = new Set(["overdose", "poisoning"]);

/**
 * Checks while a person types and once more before sending. What was sent keeps its notice until it is
 * dismissed: the moment after sending is when the advice matters. Sending is never blocked.
 */
export function useEmergency(text: string, country: string) {
  const checked = useDeferredValue(text);
  const typed = useMemo(() => findEmergency(checked, country), [checked, country]);
  const [sent, setSent] = useState<Emergency>();
  const [dismissed, setDismissed] = useState<string>();
  const current = typed ?? sent;
  const note = useNoteOncePerDraft(text);
  const isFound = typed !== undefined;
  useEffect(() => {
    if (isFound) note();
  }, [isFound, note]);
  return {
    emergency: current?.kind === dismissed ? undefined : current,
    beforeSend: () => {
      const found = findEmergency(text, country);
      if (found === undefined) return;
      note();
      setSent(found);
      setDismissed(undefined);
    },
    dismiss: () => {
      setSent(undefined);
      setDismissed(current?.kind);
    },
  };
}

/** Has the log note that advice was shown, once for each draft: an empty one begins the next. */
function useNoteOncePerDraft(text: string): () => void {
  const { client } = useModel();
  const noted = useRef(false);
  const isEmpty = text === "";
  useEffect(() => {
    if (isEmpty) noted.current = false;
  }, [isEmpty]);
  return useCallback(() => {
    if (noted.current) return;
    noted.current = true;
    // The advice stands whether or not it can be noted.
    client.recordEmergencyShown().catch(() => undefined);
  }, [client]);
}
