import { Label, Radio, RadioGroup } from "react-aria-components";
import { useObservable } from "../../model/observable.ts";
import {
  changePreferences,
  preferences,
  type TextSize,
  type Theme,
  textSizes,
  themes,
} from "../../model/preferences.ts";

const themeWords: { readonly [T in Theme]: string } = {
  system: "As the device",
  light: "Light",
  dark: "Dark",
};

const sizeWords: { readonly [S in TextSize]: string } = {
  normal: "Normal",
  large: "Large",
  larger: "Larger",
  largest: "Largest",
};

export function Appearance() {
  const { theme, textSize } = useObservable(preferences);
  return (
    <section className="card" aria-labelledby="appearance-title">
      <h2 id="appearance-title" className="section-title">
        Appearance
      </h2>
      <Choices
        label="Colours"
        value={theme}
        options={themes}
        words={themeWords}
        onChange={(next) => changePreferences({ theme: next })}
      />
      <Choices
        label="Text size"
        value={textSize}
        options={textSizes}
        words={sizeWords}
        onChange={(next) => changePreferences({ textSize: next })}
      />
    </section>
  );
}

interface ChoicesProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly T[];
  readonly words: { readonly [K in T]: string };
  readonly onChange: (value: T) => void;
}

function Choices<T extends string>({ label, value, options, words, onChange }: ChoicesProps<T>) {
  const change = (next: string) => {
    const known = options.find((option) => option === next);
    if (known !== undefined) onChange(known);
  };
  return (
    <RadioGroup className="field" value={value} onChange={change}>
      <Label className="field-label">{label}</Label>
      <div className="segments">
        {options.map((option) => (
          <Radio key={option} value={option} className="segment">
            {words[option]}
          </Radio>
        ))}
      </div>
    </RadioGroup>
  );
}
