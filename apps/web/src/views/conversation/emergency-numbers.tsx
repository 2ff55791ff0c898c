import type { PhoneNumber } from "../../model/use-emergency.ts";
import { PhoneIcon } from "../../ui/icons.tsx";

/** Numbers to tap. */
export function EmergencyNumbers({ numbers }: { readonly numbers: readonly PhoneNumber[] }) {
  return (
    <ul className="numbers">
      {numbers.map(({ number, name }) => (
        <li key={name}>
          <a className="button button-danger" href={`tel:${number.replaceAll(/[^+\d]/g, "")}`}>
            <PhoneIcon /> {name}: {number}
          </a>
        </li>
      ))}
    </ul>
  );
}
