/**
 * Sealed index shards: how large 200,000 messages are, and how much CPU time an officer's device takes to open and
 * search them. Words are drawn by Zipf's law, about a chat message's number for each.
 *
 *   node bench/index-shards.ts [--json]
 */
import process from "node:process";
import { parseArgs } from "node:util";
import { type Random, x25519KeyPair } from "@cloister/crypto";
import { systemRandom } from "@cloister/crypto/random";
import { buildShard, openShard, sealShard, searchShard } from "@cloister/escrow/index-shards";

const usage = "node bench/index-shards.ts [--json]\n";
const messagesCount = 200_000;
const shardMessagesCount = 200;
const vocabularyCount = 20_000;
const limitMs = 1000;

const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** Words from a vocabulary of made-up ones, the n-th as often as 1/n. The same in each run. */
function messages(): string[] {
  const vocabulary = Array.from({ length: vocabularyCount }, (_, at) => (at * 2_654_435 + 7919).toString(26));
  let state = 12_345;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const draw = () => vocabulary[Math.floor(vocabularyCount ** next()) - 1] ?? "";
  return Array.from({ length: messagesCount }, () =>
    Array.from({ length: 4 + Math.floor(next() * 17) }, draw).join(" "),
  );
}

function run(random: Random) {
  const texts = messages();
  const { privateKey, publicKey } = x25519KeyPair(random);
  const conversation = new Uint8Array(16);
  const builtAtMs = cpuMs();
  const sealed = Array.from({ length: messagesCount / shardMessagesCount }, (_, epoch) => {
    const part = texts.slice(epoch * shardMessagesCount, (epoch + 1) * shardMessagesCount);
    const scope = { conversation, epoch };
    return sealShard({ shard: buildShard(part), scope, complianceKey: publicKey, random });
  });
  const openedAtMs = cpuMs();
  const shards = sealed.map((bytes, epoch) =>
    openShard({ sealed: bytes, scope: { conversation, epoch }, compliancePrivateKey: privateKey }),
  );
  const searchedAtMs = cpuMs();
  const word = texts[messagesCount >> 1]?.split(" ").at(-1) ?? "";
  const hitsCount = shards.reduce((sum, shard) => sum + searchShard(shard, word).length, 0);
  const endMs = cpuMs();
  return {
    messagesCount,
    shardMessagesCount,
    bytesPerMessage: sealed.reduce((sum, { length }) => sum + length, 0) / messagesCount,
    buildMs: openedAtMs - builtAtMs,
    openMs: searchedAtMs - openedAtMs,
    searchMs: endMs - searchedAtMs,
    hitsCount,
  };
}

const { values } = parseArgs({ options: { json: { type: "boolean" }, help: { type: "boolean" } } });
if (values.help) process.stdout.write(usage);
else {
  const result = run(systemRandom);
  const isMet = result.openMs + result.searchMs < limitMs && result.hitsCount > 0;
  const lines = Object.entries(result).map(([name, value]) => `${name.padEnd(20)} ${value.toFixed(1)}`);
  process.stdout.write(values.json ? `${JSON.stringify({ ...result, isMet })}\n` : `${lines.join("\n")}\n`);
  if (!isMet) process.exitCode = 1;
}
