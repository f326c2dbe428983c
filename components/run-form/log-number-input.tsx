import { Minus, Plus } from "lucide-react";
import type { ComponentProps } from "react";
import { stepLogarithmically } from "./form-values";
import { textOf } from "./setting-text";

export interface LogNumberInputProps extends Omit<ComponentProps<"input">, "value"> {
  value: string;
  onText(text: string): void;
}

const stepClass =
  "inline-flex size-9 shrink-0 items-center justify-center rounded-md border border-line-strong/60 bg-surface text-text-2 hover:border-line-strong hover:text-text";

/** Typed freely, with every digit; buttons and arrow keys go along 1, 2, 5, 10 … */
export function LogNumberInput({ value, onText, ...rest }: LogNumberInputProps) {
  const step = (direction: 1 | -1) => {
    const number = Number(value);
    if (Number.isFinite(number)) onText(textOf(stepLogarithmically(number, direction)));
  };
  return (
    <div className="flex gap-1.5">
      <input
        {...rest}
        type="text"
        inputMode="text"
        autoComplete="off"
        spellCheck={false}
        value={value}
        onChange={(event) => onText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
          event.preventDefault();
          step(event.key === "ArrowUp" ? 1 : -1);
        }}
      />
      <button type="button" aria-label="Lower" className={stepClass} onClick={() => step(-1)}>
        <Minus aria-hidden className="size-3.5" />
      </button>
      <button type="button" aria-label="Higher" className={stepClass} onClick={() => step(1)}>
        <Plus aria-hidden className="size-3.5" />
      </button>
    </div>
  );
}
