import type { NewAccount } from "@cloister/relay-core";
import { describe, expect, it } from "vitest";
import { alice, bob, bob2, bytes, type StoreBench, storeTestAccount, storeTestDevice } from "./bench.ts";

/** Accounts, devices, access keys and sessions. */
export function accountTests(at: StoreBench): void {
  const { sweep, addBob2 } = at;

  describe("accounts and devices", () => {
    it("gives back what an account was made with", async () => {
      expect(await at.store.account(bob.account)).toEqual({
        account: bob.account,
        role: "patient",
        identityKey: bytes(33, 2),
        devices: [{ device: 1, registrationId: 2 }],
      });
      expect(await at.store.device(bob)).toEqual({
        authKey: bytes(32, 2),
        identityKey: bytes(33, 2),
        revoked: false,
      });
      expect(await at.store.account("Z".repeat(22))).toBeUndefined();
      expect(await at.store.device({ ...bob, device: 2 })).toBeUndefined();
    });

    it("answers a repeated registration with the same device", async () => {
      const again = { ...storeTestAccount("C", 2), account: "C".repeat(22) };
      expect(await at.store.createAccount(again)).toEqual({ outcome: "existed", address: bob });
      expect(await at.store.account("C".repeat(22))).toBeUndefined();
      expect(await addBob2()).toEqual({ outcome: "created", address: bob2 });
      expect(await addBob2()).toEqual({ outcome: "existed", address: bob2 });
    });

    it("admits once per invitation", async () => {
      const invited = (account: NewAccount) => ({ ...account, invitationId: bytes(16, 7) });
      const first = await at.store.createAccount(invited(storeTestAccount("C", 3)));
      expect(first.outcome).toBe("created");
      const second = await at.store.createAccount(invited(storeTestAccount("D", 4)));
      expect(second).toEqual({ outcome: "invitationUsed" });
      expect(await at.store.account("D".repeat(22))).toBeUndefined();
      const repeated = await at.store.createAccount(invited(storeTestAccount("E", 3)));
      expect(repeated.outcome).toBe("existed");
    });

    describe("of an agent, whose identity ends with its process", () => {
      const boot = (fill: number): NewAccount => ({
        ...storeTestAccount("C", fill),
        role: "agent",
        invitationId: bytes(16, 7),
        credential: bytes(100, fill),
      });
      const address = { account: "C".repeat(22), device: 1 };

      it("come back by the same invitation, with another identity and device", async () => {
        await at.store.createAccount(boot(3));
        await at.store.putSession({ tokenHash: bytes(32, 50), address, expiresAtMs: 1000 });
        const again = await at.store.createAccount({ ...boot(4), account: "D".repeat(22) });
        expect(again).toEqual({ outcome: "created", address: { ...address, device: 2 } });
        expect(await at.store.account("D".repeat(22))).toBeUndefined();
        expect(await at.store.account(address.account)).toMatchObject({
          identityKey: bytes(33, 4),
          credential: bytes(100, 4),
          devices: [{ device: 2 }],
        });
        expect(await at.store.session(bytes(32, 50))).toMatchObject({ revoked: true });
        expect((await at.store.createAccount(boot(4))).outcome).toBe("existed");
        // Whoever was replaced stays so, and nobody else comes by it.
        expect(await at.store.createAccount({ ...boot(5), role: "clinician" })).toEqual({
          outcome: "invitationUsed",
        });
      });

      it("do so more often than there are device ids", async () => {
        for (let count = 0; count < 130; count += 1) {
          const { outcome } = await at.store.createAccount(boot(10 + count));
          expect(outcome).toBe("created");
        }
        const { devices = [] } = (await at.store.account(address.account)) ?? {};
        expect(devices.map(({ device }) => device)).toEqual([3]);
      });
    });

    it("never gives a device id twice", async () => {
      await addBob2();
      expect(await at.store.revokeDevice(bob2)).toBe(true);
      expect(await at.store.revokeDevice(bob2)).toBe(false);
      expect(await addBob2()).toEqual({ outcome: "revoked" });
      const third = { account: bob.account, device: storeTestDevice(13), maxDevicesCount: 10 };
      expect(await at.store.addDevice(third)).toMatchObject({ address: { device: 3 } });
      expect((await at.store.account(bob.account))?.devices.map(({ device }) => device)).toEqual([1, 3]);
      expect((await at.store.device(bob2))?.revoked).toBe(true);
    });

    it("keeps to the number of devices, and knows no strangers", async () => {
      const device = storeTestDevice(12);
      const full = await at.store.addDevice({ account: bob.account, device, maxDevicesCount: 1 });
      expect(full).toEqual({ outcome: "deviceLimit" });
      const nobody = await at.store.addDevice({ account: "Z".repeat(22), device, maxDevicesCount: 9 });
      expect(nobody).toEqual({ outcome: "accountUnknown" });
    });

    it("lists staff and agents with a device, never patients", async () => {
      const credential = bytes(100, 5);
      const clinician = { ...storeTestAccount("C", 3), role: "clinician" as const, credential };
      await at.store.createAccount(clinician);
      await at.store.createAccount({ ...storeTestAccount("D", 4), credential });
      expect(await at.store.directory()).toEqual([{ account: clinician.account, credential }]);
      await at.store.revokeDevice({ account: clinician.account, device: 1 });
      expect(await at.store.directory()).toEqual([]);
    });
  });

  it("keeps one hash of an access key for each account, for good", async () => {
    expect(await at.store.accessKeyHash(bob.account)).toBeUndefined();
    expect(await at.store.accessKeyHash("Z".repeat(22))).toBeUndefined();
    await at.store.setAccessKeyHash(bob.account, bytes(32, 70));
    await at.store.setAccessKeyHash(bob.account, bytes(32, 71));
    await at.store.setAccessKeyHash("Z".repeat(22), bytes(32, 72));
    await at.reopen();
    expect(await at.store.accessKeyHash(bob.account)).toEqual(bytes(32, 71));
    expect(await at.store.accessKeyHash(alice.account)).toBeUndefined();
    expect(await at.store.accessKeyHash("Z".repeat(22))).toBeUndefined();
  });

  describe("sessions", () => {
    const tokenHash = bytes(32, 50);

    it("are found by their token's hash until they are deleted or over", async () => {
      await at.store.putSession({ tokenHash, address: bob, expiresAtMs: 1000 });
      await at.store.putSession({ tokenHash: bytes(32, 51), address: bob, expiresAtMs: 2000 });
      const expected = { address: bob, expiresAtMs: 1000, revoked: false };
      expect(await at.store.session(tokenHash)).toEqual(expected);
      await sweep(0, 1000);
      expect(await at.store.session(tokenHash)).toBeUndefined();
      await at.store.deleteSession(bytes(32, 51));
      expect(await at.store.session(bytes(32, 51))).toBeUndefined();
    });

    it("say when their device was revoked", async () => {
      await at.store.putSession({ tokenHash, address: bob, expiresAtMs: 1000 });
      await at.store.revokeDevice(bob);
      expect(await at.store.session(tokenHash)).toMatchObject({ revoked: true });
    });
  });
}
