import { Arcade } from "../../ui/icons.tsx";

export function NothingOpen() {
  return (
    <div className="nothing-open">
      <Arcade />
      <p>Choose a conversation, or begin a new one.</p>
    </div>
  );
}
