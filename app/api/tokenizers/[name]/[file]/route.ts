import { getTokenizerFile } from "@/lib/services/tokenizers/get-tokenizer-file";
import { route } from "@/lib/web/route";

/** `tokenizer.json` or `tokenizer_config.json` of a tokenizer made here. */
export const GET = route<{ name: string; file: string }>(async ({ ctx, params }) => {
  const content = await getTokenizerFile(ctx, params);
  return new Response(new Uint8Array(content), {
    headers: {
      "Content-Type": "application/json",
      "Content-Disposition": `attachment; filename="${params.file}"`,
      "Cache-Control": "no-store",
    },
  });
});
