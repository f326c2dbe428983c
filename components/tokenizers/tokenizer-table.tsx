import { formatBytes, formatCount } from "@/components/ui/format";
import { ListTable } from "@/components/ui/list-table";
import { TimeAgo } from "@/components/ui/time-ago";
import type { TokenizerManifest } from "@/lib/contracts/tokenizer";

const MODELS = { bpe: "byte-level BPE", wordpiece: "WordPiece", unigram: "Unigram" } as const;

/** Tokenizers made here, with what they were made of and their files. */
export function TokenizerTable({ tokenizers }: { tokenizers: readonly TokenizerManifest[] }) {
  if (tokenizers.length === 0) {
    return (
      <p className="p-4 text-[13px] text-text-2">
        None yet. A tokenizer learned from your own code needs fewer tokens for it, but only for a model that is trained
        with it from the beginning.
      </p>
    );
  }
  return (
    <ListTable headings={["Name", "Kind", "Tokens", "Learned from", "Made", "Files"]}>
      {tokenizers.map(({ name, model, vocabularySize, documents, bytes, createdAt, contentHash }) => (
        <tr key={name} className="border-b last:border-b-0">
          <td className="px-4 py-2.5">
            <p className="font-medium">{name}</p>
            <p className="font-mono text-[11.5px] text-text-3">{contentHash.slice(0, 12)}</p>
            <p className="text-[12px] text-text-2 sm:hidden">
              {MODELS[model]} · {formatCount(vocabularySize)} tokens
            </p>
          </td>
          <td className="px-4 py-2.5 max-sm:hidden">{MODELS[model]}</td>
          <td className="tabular px-4 py-2.5 max-sm:hidden">{formatCount(vocabularySize)}</td>
          <td className="tabular px-4 py-2.5 max-sm:hidden">
            {formatCount(documents)} texts, {formatBytes(bytes)}
          </td>
          <td className="px-4 py-2.5 max-sm:hidden">
            <TimeAgo iso={createdAt} />
          </td>
          <td className="px-4 py-2.5 max-sm:hidden">
            {["tokenizer.json", "tokenizer_config.json"].map((file) => (
              <a
                key={file}
                className="block text-accent hover:underline"
                href={`/api/tokenizers/${name}/${file}`}
                download={file}
              >
                {file}
              </a>
            ))}
          </td>
        </tr>
      ))}
    </ListTable>
  );
}
