import { ErrorScreen } from "./error-screen";

/** At an address without a page. */
export function NothingHere() {
  return (
    <ErrorScreen title="There is nothing here">
      The address is wrong, or what was here is gone. Runs and datasets are listed under their names in the menu.
    </ErrorScreen>
  );
}
