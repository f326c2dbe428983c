export interface PageHeaderOptions {
  /** Unguessable, a new one for each request. */
  nonce: string;
  isDevelopment: boolean;
  /** On a Hugging Face Space, whose page shows the studio in a frame. */
  isSpace: boolean;
}

/** What a page may load, and who may show it in a frame: nobody, or Hugging Face when the studio runs on a Space. */
export function pageHeaders({ nonce, isDevelopment, isSpace }: PageHeaderOptions): Record<string, string> {
  const policy = [
    "default-src 'self'",
    // React's development build evaluates strings to rebuild stack traces.
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${isDevelopment ? " 'unsafe-eval'" : ""}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    `frame-ancestors ${isSpace ? "https://huggingface.co https://*.hf.space" : "'none'"}`,
  ].join("; ");
  // X-Frame-Options can't name a site, so where one may it has to be absent.
  return { "Content-Security-Policy": policy, ...(isSpace ? {} : { "X-Frame-Options": "DENY" }) };
}
