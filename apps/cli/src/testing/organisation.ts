import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ed25519KeyPair } from "@cloister/crypto";
import { systemRandom } from "@cloister/crypto/random";
import { loadSeed, writeSecretOnce } from "@cloister/keys-file";
import { openLogStore } from "@cloister/store-sqlite/log";
import { openRelayStore } from "@cloister/store-sqlite/relay";
import { encodeLeaf, formatVerifierKey, hourOf, TransparencyLog } from "@cloister/transparency";
import { ensureOrganisationKey, organisationFile } from "../organisation.ts";

const origin = "clinic.example/log";

/** An organisation's data at rest, as `up` lays it out, with some leaves in its log. */
export async function layOut(dataDir: string): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const seed = await loadSeed(join(dataDir, "log", "log.key"));
  const store = await openLogStore(join(dataDir, "log", "log.sqlite"));
  const log = new TransparencyLog({ store, origin, seed });
  const at = hourOf(Date.now());
  for (let count = 0; count < 3; count += 1) {
    await log.append(encodeLeaf({ type: "message.sent", at, kind: "human" }, systemRandom(32)));
  }
  await store.close();
  const relay = await openRelayStore({ dir: join(dataDir, "relay"), ballastBytes: 0, onFatal: () => {} });
  await relay.close();
  await writeSecretOnce(join(dataDir, "log-reader.token"), () => "r".repeat(40));
  const about = {
    name: "Clinic",
    organisationKey: await ensureOrganisationKey(dataDir),
    signUp: "open",
    region: "US",
    // Nothing listens there: the log is read from its file.
    log: { url: "http://127.0.0.1:9", vkey: formatVerifierKey(origin, ed25519KeyPair(seed).publicKey) },
  };
  await writeFile(organisationFile(dataDir), JSON.stringify(about), { mode: 0o600 });
}
