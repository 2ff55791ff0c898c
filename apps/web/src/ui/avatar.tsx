import { initialsOf } from "../model/words.ts";
import { PersonIcon } from "./icons.tsx";

interface AvatarProps {
  readonly name: string;
  readonly isAgent: boolean;
}

/** An arch with initials for people; an AI is never drawn like a person. */
export function Avatar({ name, isAgent }: AvatarProps) {
  if (isAgent) {
    return (
      <span className="avatar avatar-ai" aria-hidden="true">
        AI
      </span>
    );
  }
  const initials = initialsOf(name);
  return (
    <span className="avatar" aria-hidden="true">
      {initials === "" ? <PersonIcon /> : initials}
    </span>
  );
}
