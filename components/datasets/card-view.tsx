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

/** The page has a heading of its own. */
const ONE_LEVEL_DOWN = { h1: "h2", h2: "h3", h3: "h4" } as const;

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
      <div className="prose-card max-w-4xl">
        <Markdown remarkPlugins={[remarkGfm]} components={ONE_LEVEL_DOWN}>
          {card.replace(FRONT_MATTER, "")}
        </Markdown>
      </div>
    </Card>
  );
}
