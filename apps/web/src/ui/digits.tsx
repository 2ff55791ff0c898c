/** Digits to compare or read aloud, in groups of three. */
export function Digits({ digits, label }: { readonly digits: string; readonly label: string }) {
  const groups = digits.match(/.{1,3}/g) ?? [];
  return (
    <p className="digits" dir="ltr">
      <span className="visually-hidden">{label} </span>
      {groups.join(" ")}
    </p>
  );
}
