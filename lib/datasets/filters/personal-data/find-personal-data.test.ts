import { expect, test } from "vitest";
import { findPersonalData } from "./find-personal-data";

test.each([
  ["mail jane.doe+code@company.co.uk now", "email", "jane.doe+code@company.co.uk"],
  ["host = 93.184.216.34;", "ip-address", "93.184.216.34"],
  ["listen 2a00:1450:4001:82a:0:0:0:200e", "ip-address", "2a00:1450:4001:82a:0:0:0:200e"],
  ["[2a00:1450:4001:82a::200e]:443", "ip-address", "2a00:1450:4001:82a::200e"],
  ["dns 2606:4700:4700::1111, and", "ip-address", "2606:4700:4700::1111"],
  ["call +1 (415) 867-5309 today", "phone", "+1 (415) 867-5309"],
  ["Tel. +49 30 901820 445", "phone", "+49 30 901820 445"],
])("%j holds one %s", (text, rule, found) => {
  expect(findPersonalData(text).map((hit) => [hit.rule, text.slice(hit.start, hit.end)])).toEqual([[rule, found]]);
});

test.each([
  "import x from 'pkg@1.2.3'; see git@github.com:owner/name.git",
  "img@2x.png, someone@example.com, noreply@github.com",
  "version 10.15.7.2, v4.18.300.1, Chrome/120.0.6099.109",
  "127.0.0.1 192.168.1.1 10.0.0.1 203.0.113.9 255.255.255.0 1.2.3.4",
  "a + 1 - 555 - 0100; +1 555-0100; x = +12345",
  "std::vector 2024:11:05 beef::cafe 2001:0db8::7 3fff::1 fd12:3456:789a::1",
  "time 12:34:56:78 and ::1 and fe80::1 and 2001:db8::1",
])("%j holds nothing personal", (text) => {
  expect(findPersonalData(text)).toEqual([]);
});

test("long texts without an end are read once", () => {
  for (const part of ["a@", "1.", "+1 ", "ab:", "2001:", "2001::"])
    expect(findPersonalData(part.repeat(200_000))).toEqual([]);
});
