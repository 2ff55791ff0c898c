import { keyError } from "@cloister/keys";
import { type Attribute, ck, type Handle, type Module, newModule, returnValue } from "./binding.ts";

/** A module is one for the whole process; whoever opens it last finalises it. */
const loaded = new Map<string, { readonly module: Module; users: number; readonly isOurs: boolean }>();

/** A token with a session that is logged in. */
export interface Token {
  readonly module: Module;
  readonly session: Handle;
  /** Handles of all objects that match. */
  find(template: readonly Attribute[]): Handle[];
  /** A new session in place of a lost one. */
  renew(): void;
  close(): void;
}

/** How to reach a token. */
export interface TokenOptions {
  /** The vendor's library, for example `/usr/lib/softhsm/libsofthsm2.so`. */
  readonly library: string;
  readonly tokenLabel: string;
  readonly pin: string;
}

/** @throws BaseError `KEY_CONFIGURATION`, `KEY_DENIED`, `KEY_UNAVAILABLE` */
export function openToken(options: TokenOptions): Token {
  const { library } = options;
  const module = acquire(library);
  try {
    let session = logIn(module, options);
    return {
      module,
      get session() {
        return session;
      },
      find: (template) => find(module, session, template),
      renew: () => {
        session = logIn(module, options);
      },
      close: () => {
        closeSession(module, session);
        release(library);
      },
    };
  } catch (error) {
    release(library);
    throw translate(error);
  }
}

function closeSession(module: Module, session: Handle): void {
  try {
    module.C_CloseSession(session);
  } catch (error) {
    if (!isSessionLost(error)) throw translate(error);
  }
}

/** The session is gone, with the token or without: a new one may do. */
export function isSessionLost(error: unknown): boolean {
  const code = returnValue(error);
  return code !== undefined && lost.has(code);
}

const lost: ReadonlySet<number> = new Set([
  ck.CKR_DEVICE_REMOVED,
  ck.CKR_SESSION_CLOSED,
  ck.CKR_SESSION_HANDLE_INVALID,
  ck.CKR_TOKEN_NOT_PRESENT,
  ck.CKR_USER_NOT_LOGGED_IN,
  ck.CKR_CRYPTOKI_NOT_INITIALIZED,
]);

/** What an error of the module means to a caller. Its text may quote anything, so it stays out. */
export function translate(error: unknown): unknown {
  const code = returnValue(error);
  if (code === undefined) return error;
  const detail = `PKCS#11 returned 0x${code.toString(16)}`;
  const isDenied = code >= ck.CKR_PIN_INCORRECT && code <= ck.CKR_PIN_LOCKED;
  return keyError(isDenied ? "KEY_DENIED" : "KEY_UNAVAILABLE", { detail });
}

function acquire(library: string): Module {
  const there = loaded.get(library);
  if (there) {
    there.users += 1;
    return there.module;
  }
  const module = newModule();
  try {
    module.load(library);
  } catch (cause) {
    throw keyError("KEY_CONFIGURATION", { detail: "the PKCS#11 library cannot be loaded", cause });
  }
  let isOurs = true;
  try {
    module.C_Initialize();
  } catch (error) {
    // Something else in this process uses the same library; it is its to finalise.
    if (returnValue(error) !== ck.CKR_CRYPTOKI_ALREADY_INITIALIZED) throw translate(error);
    isOurs = false;
  }
  loaded.set(library, { module, users: 1, isOurs });
  return module;
}

function release(library: string): void {
  const there = loaded.get(library);
  if (!there) return;
  there.users -= 1;
  if (there.users > 0) return;
  loaded.delete(library);
  if (there.isOurs) there.module.C_Finalize();
  there.module.close();
}

/** A new session. The login is the token's, for all sessions of the process: a second one finds it done. */
function logIn(module: Module, { tokenLabel, pin }: TokenOptions): Handle {
  const slot = module
    .C_GetSlotList(true)
    .find((candidate) => module.C_GetTokenInfo(candidate).label.trim() === tokenLabel);
  if (!slot) throw keyError("KEY_CONFIGURATION", { detail: "no token has that label" });
  const session = module.C_OpenSession(slot, ck.CKF_RW_SESSION | ck.CKF_SERIAL_SESSION);
  try {
    module.C_Login(session, ck.CKU_USER, pin);
  } catch (error) {
    if (returnValue(error) !== ck.CKR_USER_ALREADY_LOGGED_IN) {
      closeSession(module, session);
      throw error;
    }
  }
  return session;
}

const PAGE = 64;

function find(module: Module, session: Handle, template: readonly Attribute[]): Handle[] {
  const found: Handle[] = [];
  module.C_FindObjectsInit(session, template);
  try {
    for (;;) {
      const page = module.C_FindObjects(session, PAGE);
      found.push(...page);
      if (page.length < PAGE) return found;
    }
  } finally {
    module.C_FindObjectsFinal(session);
  }
}
