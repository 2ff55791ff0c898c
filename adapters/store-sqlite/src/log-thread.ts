import { LogDatabase } from "./log-database.ts";
import { serveDatabase } from "./thread.ts";

serveDatabase((file) => new LogDatabase(file));
