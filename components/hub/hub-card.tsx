"use client";
import { ExternalLink } from "lucide-react";
import { useState } from "react";
import Markdown from "react-markdown";
import remarkGfm from "remark-gfm";
import { Button, buttonClass } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { cn } from "@/components/ui/cn";
import { formatBytes, formatCount } from "@/components/ui/format";
import { Notice } from "@/components/ui/notice";
import type { HubRepoDetail } from "@/lib/contracts/hub";
import { HubFacts } from "./hub-facts";

/** A repository: its facts, whether it may be read, and its card. HTML of the card stays text and its pictures stay away. */
export function HubCard({ detail }: { detail: HubRepoDetail }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Card
      title={<span className="wrap-anywhere font-mono">{detail.repo}</span>}
      aside={
        <a href={detail.address} target="_blank" rel="noreferrer" className={buttonClass("ghost", "sm")}>
          <ExternalLink aria-hidden className="size-3.5" /> On the Hub
        </a>
      }
    >
      <div className="flex flex-col gap-3">
        <p>
          <HubFacts repo={detail} />
        </p>
        <p className="text-[12px] text-text-3">
          {formatCount(detail.files)} files, {formatBytes(detail.bytes)} · commit{" "}
          <code className="font-mono" title={detail.commit}>
            {detail.commit.slice(0, 12)}
          </code>
        </p>
        {detail.accessProblem !== null && (
          <Notice tone="warn" title="Its files can’t be read yet.">
            {detail.accessProblem}
          </Notice>
        )}
        {detail.card !== null && detail.card.trim() !== "" && (
          <div>
            <div className={cn("prose-card max-w-prose text-[13px]", !isOpen && "max-h-28 overflow-hidden")}>
              <Markdown remarkPlugins={[remarkGfm]} components={{ img: () => null }}>
                {detail.card}
              </Markdown>
            </div>
            <Button size="sm" variant="ghost" aria-expanded={isOpen} className="mt-1" onClick={() => setOpen(!isOpen)}>
              {isOpen ? "Less of the card" : "All of the card"}
            </Button>
          </div>
        )}
      </div>
    </Card>
  );
}
