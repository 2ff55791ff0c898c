import {
  FieldError,
  Input,
  Label,
  Text,
  TextArea,
  TextField,
  type TextFieldProps,
} from "react-aria-components";
import { keptOnDevice } from "./kept-on-device.ts";

interface TextInputProps extends Omit<TextFieldProps, "className" | "children" | "style"> {
  readonly label: string;
  readonly hint?: string;
  /** What is wrong with the value, and what to do. */
  readonly problem?: string | undefined;
  readonly autoComplete?: string;
  /** Long codes get several lines. */
  readonly lines?: number;
}

export function TextInput({ label, hint, problem, lines, autoComplete = "off", ...props }: TextInputProps) {
  return (
    <TextField
      {...props}
      autoComplete={autoComplete}
      className="field"
      isInvalid={problem !== undefined}
      validationBehavior="aria"
    >
      <Label className="field-label">{label}</Label>
      {hint !== undefined && (
        <Text slot="description" className="field-hint">
          {hint}
        </Text>
      )}
      {lines === undefined ? (
        <Input className="input" dir="auto" {...keptOnDevice} />
      ) : (
        <TextArea className="input input-code" rows={lines} dir="ltr" {...keptOnDevice} />
      )}
      <FieldError className="field-problem">{problem}</FieldError>
    </TextField>
  );
}
