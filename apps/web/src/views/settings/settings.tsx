import type { Self } from "@cloister/client";
import { roleWord } from "../../model/words.ts";
import { PageHead } from "../page-head.tsx";
import { About } from "./about.tsx";
import { Appearance } from "./appearance.tsx";
import { Backup } from "./backup.tsx";
import { Devices } from "./devices.tsx";
import { EraseDevice } from "./erase-device.tsx";

export function Settings({ self }: { readonly self: Self }) {
  return (
    <div className="page">
      <PageHead title="Settings" />
      <p className="lead">
        <bdi>{self.displayName}</bdi> <span className="muted">· {roleWord(self.role)}</span>
      </p>
      <div className="stack">
        <Appearance />
        <Devices organisation={self.organisation} />
        <Backup organisation={self.organisation} />
        <About self={self} />
        <EraseDevice />
      </div>
    </div>
  );
}
