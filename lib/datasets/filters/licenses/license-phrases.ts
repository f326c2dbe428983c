/** @file Sentences that only one licence has. Texts are compared in lower case with single spaces. */

interface LicensePhrase {
  license: string;
  /** All of them must occur. */
  all: readonly string[];
  /** None of these may. */
  none?: readonly string[];
}

const FAMILY = (name: string) => `gnu ${name} general public license`;
const BSD = "redistribution and use in source and binary forms, with or without modification, are permitted";
const BSD_3 = /neither the names? of .{1,200} may be used to endorse/;

/** Of those that begin at the same place the first decides, so narrower ones come first. */
const PHRASES: readonly LicensePhrase[] = [
  { license: "AGPL-3.0", all: [FAMILY("affero")] },
  { license: "LGPL-3.0", all: [FAMILY("lesser"), "version 3"] },
  { license: "LGPL-2.1", all: [FAMILY("lesser"), "version 2.1"] },
  { license: "LGPL-2.0", all: [FAMILY("library"), "version 2"] },
  { license: "MPL-2.0", all: ["mozilla public license", "2.0"] },
  { license: "GPL-3.0", all: ["gnu general public license", "version 3"] },
  { license: "GPL-2.0", all: ["gnu general public license", "version 2"] },
  { license: "Apache-2.0", all: ["apache license", "version 2.0"] },
  { license: "EPL-2.0", all: ["eclipse public license", "2.0"] },
  { license: "EPL-1.0", all: ["eclipse public license", "1.0"] },
  { license: "CDDL-1.0", all: ["common development and distribution license", "1.0"] },
  { license: "BSL-1.0", all: ["boost software license"] },
  { license: "BUSL-1.1", all: ["business source license 1.1"] },
  { license: "CC0-1.0", all: ["cc0 1.0 universal"] },
  { license: "CC-BY-SA-4.0", all: ["attribution-sharealike 4.0"] },
  { license: "CC-BY-4.0", all: ["attribution 4.0 international"] },
  { license: "Unlicense", all: ["this is free and unencumbered software released into the public domain"] },
  { license: "WTFPL", all: ["do what the fuck you want to public license"] },
  { license: "PSF-2.0", all: ["python software foundation license version 2"] },
  { license: "BlueOak-1.0.0", all: ["blue oak model license"] },
  {
    license: "Zlib",
    all: [
      "this software is provided 'as-is', without any express or implied warranty",
      "altered source versions must be plainly marked",
    ],
  },
  { license: "SGI-B-2.0", all: ["sgi free software license b"] },
  {
    license: "MIT-0",
    all: [
      "permission is hereby granted, free of charge, to any person obtaining a copy",
      'to do so. the software is provided "as is"',
    ],
  },
  { license: "MIT", all: ["permission is hereby granted, free of charge, to any person obtaining a copy"] },
  {
    license: "0BSD",
    all: [
      "permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted.",
    ],
    none: ["provided that the above copyright notice"],
  },
  {
    license: "ISC",
    all: [
      "permission to use, copy, modify, and",
      "distribute this software for any purpose with or without fee is hereby granted",
      "provided that the above copyright notice",
    ],
  },
];

/**
 * The licence whose text or notice this is, or null. What is named first decides: MPL-2.0 and GPL-3.0 speak of the Affero
 * licence further down, and files of licences put the project's own before those of what it bundles. `text` as
 * normalizeLicenseText gives it.
 */
export function matchLicensePhrase(text: string): string | null {
  let license = matchBsd(text);
  let first = license === null ? Number.POSITIVE_INFINITY : text.indexOf(BSD);
  for (const phrase of PHRASES) {
    const at = text.indexOf(phrase.all[0] as string);
    if (at < 0 || at >= first) continue;
    if (!phrase.all.every((part) => text.includes(part)) || phrase.none?.some((part) => text.includes(part))) continue;
    license = phrase.license;
    first = at;
  }
  return license;
}

function matchBsd(text: string): string | null {
  if (!text.includes(BSD)) return null;
  if (text.includes("all advertising materials mentioning features")) return "BSD-4-Clause";
  if (BSD_3.test(text)) return "BSD-3-Clause";
  return text.includes("in binary form must reproduce") ? "BSD-2-Clause" : "BSD-1-Clause";
}

/** Lower case, comment signs and line breaks as single spaces, typographic quotes as plain ones. */
export const normalizeLicenseText = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[“”]/g, '"')
    .replace(/[‘’`]/g, "'")
    .replace(/(?:^|\n)[ \t]*(?:\/\/+!?|\/\*+!?|\*+\/?|#+|--|;+|%+|rem\b|dnl\b)/g, " ")
    .replace(/[\s_*]+/g, " ");
