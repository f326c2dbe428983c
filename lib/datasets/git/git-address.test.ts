import { expect, test } from "vitest";
import { parseGitAddress, repositoryName, shownAddress } from "./git-address";

test.each([
  "https://github.com/owner/name.git",
  "https://user:token@host.example/owner/name",
  "ssh://git@host.example:2222/owner/name.git",
  "git@github.com:owner/name.git",
])("%s is a remote repository", (address) => {
  expect(parseGitAddress(address)).toEqual({ kind: "remote", address });
});

test.each(["/srv/code", "./code", "../code", "code", "/srv/with space"])("%s is a path", (path) => {
  expect(parseGitAddress(path)).toEqual({ kind: "path", path });
});

test.each([
  "--upload-pack=touch /tmp/x",
  "-oProxyCommand=x",
  "ext::sh -c touch% /tmp/x",
  "file:///etc",
  "http://host/name",
  "git://host/name",
  "ssh://-oProxyCommand=x/name",
  "git@-oProxyCommand=x:name",
  "git@host:-x",
  "https://host/a b",
  "a\nb",
  "",
])("%j is refused", (address) => {
  expect(parseGitAddress(address)).toBeNull();
});

test("names leave the ending out, and what is shown leaves secrets out", () => {
  expect(repositoryName("git@github.com:owner/name.git")).toBe("name");
  expect(repositoryName("/srv/code/")).toBe("code");
  expect(shownAddress("https://user:token@host.example/owner/name")).toBe("https://host.example/owner/name");
});
