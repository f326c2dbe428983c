import { ErrorScreen } from "@/components/shell/error-screen";

export default function NotFoundPage() {
  return (
    <ErrorScreen title="There is nothing here">
      The address is wrong, or what was here is gone. Runs and datasets are listed under their names in the menu.
    </ErrorScreen>
  );
}
