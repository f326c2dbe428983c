import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { findFileLicense, findRepositoryLicense, isLicenseAllowed } from "./find-license";

test.each([
  ["// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception\nint a;", "Apache-2.0 WITH LLVM-exception"],
  ["/* SPDX-License-Identifier: (MIT OR GPL-2.0-only) */", "(MIT OR GPL-2.0-only)"],
  ["# SPDX-License-Identifier: not a licence!\n", null],
  ['# Licensed under the Apache License, Version 2.0 (the "License");\n', "Apache-2.0"],
  ["const license = 1;", null],
])("%j states %j", (text, license) => {
  expect(findFileLicense(text)).toBe(license);
});

test("this repository is under the licence that its own files state", async () => {
  const files = await Promise.all(
    ["LICENSE", "package.json"].map(async (name) => ({ name, text: await readFile(name, "utf8") })),
  );
  expect(findRepositoryLicense(files)).toBe("Apache-2.0");
  expect(findRepositoryLicense(files.slice(0, 1))).toBe("Apache-2.0");
  expect(findRepositoryLicense([])).toBeNull();
});

test("manifests of Python and Rust are read, nonsense in them is not", () => {
  const stated = (name: string, text: string) => findRepositoryLicense([{ name, text }]);
  expect(stated("Cargo.toml", '[package]\nlicense = "MIT OR Apache-2.0"\n')).toBe("MIT OR Apache-2.0");
  expect(stated("pyproject.toml", '[project]\nlicense = {text = "BSD-3-Clause"}\n')).toBe("BSD-3-Clause");
  expect(stated("package.json", '{"license":"SEE LICENSE IN x"}')).toBeNull();
  expect(stated("package.json", "{")).toBeNull();
});

test.each([
  ["MIT", ["MIT"], true],
  ["MIT OR GPL-3.0-only", ["mit"], true],
  ["MIT AND GPL-3.0-only", ["MIT"], false],
  ["(MIT OR GPL-3.0-only) AND ISC", ["MIT", "ISC"], true],
  ["GPL-2.0-or-later", ["GPL-2.0"], true],
  ["AGPL-3.0", ["GPL-3.0", "MIT"], false],
])("%s with only %j allowed: %j", (expression, allowed, expected) => {
  expect(isLicenseAllowed(expression, allowed)).toBe(expected);
});

test.each([
  ["Mozilla Public License 2.0 … Secondary License: the GNU Affero General Public License, Version 3.0", "MPL-2.0"],
  ["GNU General Public License, Version 3 … 13. Use with the GNU Affero General Public License", "GPL-3.0"],
  ["GNU Affero General Public License, Version 3 … the GNU General Public License, version 3", "AGPL-3.0"],
  ["Permission is hereby granted, free of charge, to any person obtaining a copy … Bundled: Apache License", "MIT"],
])("a licence that names others is not taken for them: %j", (text, license) => {
  expect(findRepositoryLicense([{ name: "LICENSE", text }])).toBe(license);
});
