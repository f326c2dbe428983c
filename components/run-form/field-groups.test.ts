import { expect, test } from "vitest";
import { ADAPTER_DETAILS_GROUP, ADAPTER_GROUP, BASIC_FIELDS, COMMON_GROUPS, OBJECTIVE_FIELDS } from "./field-groups";
import { FIELD_SPECS } from "./field-specs";

test("every setting stands in one group, and in one only", () => {
  const groups = [ADAPTER_GROUP, ADAPTER_DETAILS_GROUP, ...COMMON_GROUPS];
  const shown = [...BASIC_FIELDS, ...OBJECTIVE_FIELDS, ...groups.flatMap(({ fields }) => fields)];
  expect(shown.toSorted()).toEqual(Object.keys(FIELD_SPECS).toSorted());
});
