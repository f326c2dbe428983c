import type { ComponentProps } from "react";
import { cn } from "./cn";

export type ButtonVariant = "primary" | "secondary" | "ghost" | "danger";

const VARIANTS: Record<ButtonVariant, string> = {
  primary: "bg-accent-strong text-accent-text hover:bg-accent border border-transparent",
  secondary: "bg-surface text-text border border-line hover:border-line-strong hover:bg-surface-2",
  ghost: "text-text-2 hover:text-text hover:bg-surface-2 border border-transparent",
  danger: "bg-surface text-bad border border-line hover:border-bad hover:bg-bad-soft",
};

const SIZES = {
  sm: "h-8 px-2.5 text-[13px] gap-1.5",
  md: "h-9 px-3.5 text-[14px] gap-2",
  lg: "h-11 px-5 text-[15px] gap-2.5",
};

/** Class names of a button, for links that look like one. */
export const buttonClass = (
  variant: ButtonVariant = "secondary",
  size: keyof typeof SIZES = "md",
  className?: string,
): string =>
  cn(
    "inline-flex select-none items-center justify-center whitespace-nowrap rounded-md font-medium transition-colors",
    "disabled:cursor-not-allowed disabled:opacity-60 aria-disabled:opacity-60",
    VARIANTS[variant],
    SIZES[size],
    className,
  );

export interface ButtonProps extends ComponentProps<"button"> {
  variant?: ButtonVariant;
  size?: keyof typeof SIZES;
}

export function Button({ variant, size, className, type = "button", ...rest }: ButtonProps) {
  return <button type={type} className={buttonClass(variant, size, className)} {...rest} />;
}
