/** SQL_DEBUG=true: each statement on standard error, without its values, since those may be people's data. */
export function statementLogger(isOn: boolean): { logQuery(query: string): void } | false {
  return isOn ? { logQuery: (query) => process.stderr.write(`sql ${query}\n`) } : false;
}
