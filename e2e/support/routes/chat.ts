import { toBase64Url } from "@cloister/bytes";
import { systemRandom } from "@cloister/crypto/random";
import { regionOf } from "@cloister/safety";
import { ScriptedModel } from "@cloister/testkit/model";
import { createHttp } from "../../../adapters/chat-http/src/http.ts";
import { keyHash } from "../../../adapters/chat-http/src/keys.ts";
import { egressService } from "../../../apps/egress/src/egress.ts";
import { gatewayService } from "../../../apps/gateway/src/gateway.ts";
import { bearing, type Caller, type Service, withJson } from "./matrix.ts";

const model = new ScriptedModel(
  () => ["Rest helps."],
  async () => undefined,
);

/** Both doors to a model: they know keys of applications, and no patients. */
export function chatServices(): readonly Service[] {
  const gateway = gatewayService({ model, policy: "", region: regionOf("GB") });
  const egress = egressService({ model, requireVendor: () => undefined });
  return [chatService("gateway", gateway), chatService("egress", egress)];
}

function chatService(name: string, service: ReturnType<typeof gatewayService>): Service {
  const kept = newKey("app");
  const app = createHttp({
    ...service,
    keys: () => [
      { id: "app", tenant: "ward", scopes: ["chat", "models"], maxTokensCount: 10, hash: keyHash(kept) },
    ],
    log: () => undefined,
  });
  /** A key of another ward's gateway, a person's session at the relay, a key that was taken off the list. */
  const tokens: Readonly<Record<Caller, string>> = {
    nobody: "",
    "other tenant": newKey("app"),
    "other patient": toBase64Url(systemRandom(32)),
    "not on the care team": toBase64Url(systemRandom(32)),
    revoked: newKey("former"),
  };
  return {
    name,
    app,
    open: { "GET /healthz": { why: "says whether the model can be asked" } },
    send: async ({ path, init }) => app.request(path, init),
    attempts: async (caller, { method, pattern }) => {
      const body = { model: "scripted", messages: [{ role: "user", content: "What helps a cold?" }] };
      return [{ path: pattern, init: bearing(tokens[caller], withJson(method, body)) }];
    },
  };
}

function newKey(id: string): string {
  return `clk_${id}_${toBase64Url(systemRandom(32))}`;
}
