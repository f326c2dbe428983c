/** @file Values of a row as JSON can carry them to a screen. */

const MAX_TEXT = 4000;
const MAX_ITEMS = 50;

export function toShown(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, shown(value)]));
}

function shown(value: unknown): unknown {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (typeof value === "string")
    return value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}… (${value.length} characters)` : value;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Uint8Array) return `(${value.length} bytes)`;
  if (Array.isArray(value))
    return value.length > MAX_ITEMS
      ? [...value.slice(0, MAX_ITEMS).map(shown), `… (${value.length} items)`]
      : value.map(shown);
  if (typeof value === "object" && value !== null) return toShown(value as Record<string, unknown>);
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  return value ?? null;
}
