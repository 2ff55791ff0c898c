import { ClientDatabase } from "./client-database.ts";
import { serveDatabase } from "./thread.ts";

serveDatabase((file) => new ClientDatabase(file));
