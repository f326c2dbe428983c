import { formatCount } from "@/components/ui/format";
import type { ObjectiveCounts } from "@/lib/contracts/prepared-blocks";

type Count = keyof ObjectiveCounts;

/** What the objective made of the data, a sentence each; what could not be used is said too. */
export function describeCounts(counts: ObjectiveCounts): string[] {
  const many = (count: Count, one: string, several: string): string | null => {
    const number = counts[count] ?? 0;
    return number === 0 ? null : `${formatCount(number)} ${number === 1 ? one : several}`;
  };
  const gaps = many("fimSamples", "gap to fill", "gaps to fill");
  const sentences = [
    gaps && `${gaps}${counts.spmSamples ? `, ${formatCount(counts.spmSamples)} with the suffix first` : ""}.`,
    many("fimUnfit", "piece fits no sequence and stays as it is.", "pieces fit no sequence and stay as they are."),
    many("fimSpansByLine", "of them is cut by lines: no node to cut.", "of them are cut by lines: no node to cut."),
    many("conversations", "conversation.", "conversations."),
    many(
      "rewrittenTurns",
      "answer gets no loss: the template writes it otherwise once others follow.",
      "answers get no loss: the template writes them otherwise once others follow.",
    ),
    many(
      "refusedConversations",
      "conversation is left out: the model’s template does not take it.",
      "conversations are left out: the model’s template does not take them.",
    ),
    many("functions", "function.", "functions."),
    many(
      "documentsWithoutFunctions",
      "file has none of the kind and is left out.",
      "files have none of the kind and are left out.",
    ),
    many("amphigoryDocuments", "file of nonsense added.", "files of nonsense added."),
  ];
  return sentences.filter((sentence) => sentence !== null && sentence !== "") as string[];
}
