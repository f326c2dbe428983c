import { Download } from "lucide-react";
import Markdown from "react-markdown";
import remarkGfm from "remark-gfm";
import { buttonClass } from "@/components/ui/button";
import { Card } from "@/components/ui/card";

export interface CardViewProps {
  datasetId: string;
  /** Markdown, with the Hub's YAML between dashes before it, which is left out here. */
  card: string;
}

const FRONT_MATTER = /^---\r?\n.*?\r?\n---\r?\n/s;

/** The data card as it reads, and as a file. HTML in it stays text. */
export function CardView({ datasetId, card }: CardViewProps) {
  return (
    <Card
      title="Data card"
      aside={
        <a href={`/api/datasets/${datasetId}/card`} download="README.md" className={buttonClass("secondary", "sm")}>
          <Download aria-hidden className="size-3.5" /> Download
        </a>
      }
    >
      <div className="prose-card max-w-prose">
        <Markdown remarkPlugins={[remarkGfm]}>{card.replace(FRONT_MATTER, "")}</Markdown>
      </div>
    </Card>
  );
}
