"use client";
import { SelectField } from "@/components/ui/select-field";
import { type BuildValues, listOf } from "./build-values";

/** Licences that ask for no more than to be named, by their SPDX ids. */
const PERMISSIVE = [
  "MIT",
  "MIT-0",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "0BSD",
  "ISC",
  "Zlib",
  "BSL-1.0",
  "Unlicense",
  "CC0-1.0",
];

const OPTIONS = [
  { value: "any", label: "any; they are noted" },
  { value: "permissive", label: "permissive ones (MIT, Apache, BSD …)" },
  { value: "own", label: "those on a list of mine" },
];

export interface LicenseChoiceProps {
  values: BuildValues;
  onChange(change: Partial<BuildValues>): void;
}

/** The usual answers to which licences may stay; the list itself is folded below. */
export function LicenseChoice({ values, onChange }: LicenseChoiceProps) {
  const listed = listOf(values.licenses);
  const isPermissive = values.unknown_license === "false" && listed.join() === PERMISSIVE.join();
  const choose = (choice: string) => {
    if (choice === "any") onChange({ licenses: "", unknown_license: "true" });
    else if (choice === "permissive") onChange({ licenses: PERMISSIVE.join("\n"), unknown_license: "false" });
  };
  return (
    <SelectField
      id="license-choice"
      label="Licences"
      hint={
        isPermissive
          ? "Files without a licence go too: in a repository of your own without one, that is everything."
          : "Under “Licences” below there is the list."
      }
      value={isPermissive ? "permissive" : listed.length === 0 ? "any" : "own"}
      options={listed.length > 0 && !isPermissive ? OPTIONS : OPTIONS.slice(0, 2)}
      onChange={choose}
    />
  );
}
