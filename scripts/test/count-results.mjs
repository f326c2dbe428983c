/**
 * Counts from Vitest's JSON report. `report` is null when Vitest died before it wrote one; `code` is its exit code. What
 * failed outside a test (a file that does not load, an unhandled error) counts as one failure each.
 */
export function countResults(report, code) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const file of report?.testResults ?? []) {
    for (const { status } of file.assertionResults) {
      if (status === "passed") counts.passed++;
      else if (status === "failed") counts.failed++;
      else counts.skipped++;
    }
    if (file.status === "failed" && !file.assertionResults.some(({ status }) => status === "failed")) counts.failed++;
  }
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  return counts;
}
