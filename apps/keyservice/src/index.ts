export { type Evidence, type Refusal, type ReleasePolicy, whoAsks } from "./evidence.ts";
export { type KeyServiceServer, startKeyService } from "./server.ts";
export { type KeyServicePorts, type ReleasableKey, type ReleaseEvent, type ReleaseLog } from "./service.ts";
