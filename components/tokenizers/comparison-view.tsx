import { Card } from "@/components/ui/card";
import { formatBytes, formatCount } from "@/components/ui/format";
import type { TokenizerComparison } from "@/lib/contracts/tokenizer";

const LANGUAGES = 6;

/** Figures side by side: tokens in all, by line and language, and how much of the context the best one saves. */
export function ComparisonView({ comparison }: { comparison: TokenizerComparison }) {
  const { dataset, sample, tokenizers, overlaps } = comparison;
  const most = Math.max(1, ...tokenizers.map(({ tokens }) => tokens));
  const languages = (tokenizers[0]?.languages ?? []).slice(0, LANGUAGES).map(({ language }) => language);
  return (
    <Card
      isFlush
      title={`On ${dataset.name}`}
      aside={
        <span className="text-[12px] text-text-3">
          {sample.isAll ? "all" : "a sample of"} {formatCount(sample.documents)} texts, {formatBytes(sample.bytes)}
        </span>
      }
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className="overflow-x-auto" aria-label="Comparison" tabIndex={0}>
        <table className="tabular w-full min-w-[660px] text-left text-[13px]">
          <thead className="text-[12px] text-text-3">
            <tr className="border-b">
              {["Tokenizer", "Vocabulary", "Tokens", "Bytes a token", "Tokens a line", "Blank", ...languages].map(
                (heading) => (
                  <th key={heading} scope="col" className="px-4 py-2 font-medium">
                    {heading}
                  </th>
                ),
              )}
            </tr>
          </thead>
          <tbody>
            {tokenizers.map((row) => (
              <tr key={row.name} className="border-b last:border-b-0">
                <th scope="row" className="break-all px-4 py-2.5 font-medium font-mono text-[12.5px]">
                  {row.name}
                </th>
                <td className="px-4 py-2.5">{formatCount(row.vocabularySize)}</td>
                <td className="px-4 py-2.5">
                  {formatCount(row.tokens)}
                  <span className="mt-1 block h-1.5 rounded-full bg-surface-3">
                    <span
                      className="block h-full rounded-full bg-series-1"
                      style={{ width: `${(row.tokens / most) * 100}%` }}
                    />
                  </span>
                  {row.tokens < most && (
                    <span className="text-[12px] text-text-3">
                      {((1 - row.tokens / most) * 100).toFixed(1)} % less context
                    </span>
                  )}
                </td>
                <td className="px-4 py-2.5">{row.bytesPerToken.toFixed(2)}</td>
                <td className="px-4 py-2.5">{row.tokensPerLine.toFixed(2)}</td>
                <td className="px-4 py-2.5">{(row.blankShare * 100).toFixed(1)} %</td>
                {languages.map((language) => {
                  const own = row.languages.find((each) => each.language === language);
                  return (
                    <td key={language} className="px-4 py-2.5">
                      {own === undefined ? "" : (own.tokens / Math.max(1, own.lines)).toFixed(2)}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <div className="flex flex-col gap-1 p-4 text-[12px] text-text-3">
        <p>Under a language: tokens a line. Blank: share of tokens that are only blanks and line breaks.</p>
        {overlaps.map(({ a, b, share }) => (
          <p key={`${a} ${b}`}>
            {a} and {b} have {(share * 100).toFixed(1)} % of the smaller vocabulary in common.
          </p>
        ))}
      </div>
    </Card>
  );
}
