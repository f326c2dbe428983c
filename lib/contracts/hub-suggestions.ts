/** @file Where to begin: the six datasets that the studio's predecessor offered. */

/**
 * Names as they stood there, all well-formed by the Hub's rules. Whether the Hub has a repository of that name can only be
 * asked there; a panel that finds none says so.
 */
export const SUGGESTED_DATASETS = [
  { repo: "google/code_x_glue_ct_code_to_text", what: "functions of six languages with their documentation" },
  { repo: "code_search_net", what: "functions with documentation, from public repositories" },
  { repo: "redashu/python_code_instructions", what: "instructions with Python answers" },
  { repo: "python_code_instructions", what: "instructions with Python answers; a name without a namespace" },
  { repo: "github_code_snippets", what: "snippets of code; a name without a namespace" },
  { repo: "argilla_code_dataset", what: "by its name an Argilla dataset: see the tab Argilla" },
] as const;
