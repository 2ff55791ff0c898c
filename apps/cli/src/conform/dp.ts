import { BaseError } from "@cloister/bytes";
import { epsilonFor, noiseFor, type PrivacyEvent } from "@cloister/privacy";
import { type Fields, integerField, numberField, objectField, textField } from "./fields.ts";

/** One request of the suite `dp`: what events cost, or the noise for a cost. */
export function conformDp(json: unknown): object {
  const request = json as Fields;
  switch (textField(request, "op")) {
    case "epsilon": {
      const events = request["events"];
      if (!Array.isArray(events)) throw new BaseError("Decode", "FIELD_INVALID", '"events" must be a list');
      const epsilon = epsilonFor(
        events.map((event: unknown) => eventOf(objectField({ event }, "event"))),
        numberField(request, "delta"),
      );
      // JSON has no infinity, and nothing is private then.
      if (epsilon === Infinity)
        throw new BaseError("Policy", "PRIVACY_UNBOUNDED", "no finite epsilon has so small a delta");
      return { epsilon, method: "pld" };
    }
    case "sigma":
      return {
        sigma: noiseFor({
          samplingRate: numberField(request, "q"),
          stepsCount: integerField(request, "steps"),
          delta: numberField(request, "delta"),
          epsilon: numberField(request, "epsilon"),
        }),
      };
    default:
      throw new BaseError("Usage", "OPERATION_UNKNOWN", "op is epsilon or sigma");
  }
}

function eventOf(fields: Fields): PrivacyEvent {
  return {
    samplingRate: numberField(fields, "q"),
    noiseMultiplier: numberField(fields, "sigma"),
    stepsCount: integerField(fields, "steps"),
  };
}
