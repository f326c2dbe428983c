import { expect, test } from "vitest";
import { findBenchmarkTasks } from "./benchmark-tasks";
import { eachWordGram, GRAM_WORDS } from "./word-grams";

/** The well-known first prompt of MBPP and the docstring of HumanEval's first task, in other clothes. */
const MBPP_1 = "Write a function to find the minimum cost path to reach (m, n) from (0, 0) for the given cost matrix";
const HUMANEVAL_0 = "Check if in given list of numbers, are any two numbers closer to each other than given threshold.";

test("a prompt is found in a comment, a string and another layout", () => {
  for (const wrap of [
    (text: string) => `# ${text}\ndef f(): pass\n`,
    (text: string) => `/*\n * ${text.replaceAll(" ", "\n * ")}\n */`,
    (text: string) => `const task = "${text.toUpperCase()}";`,
    (text: string) => `prefix words that belong to nothing ${text} and words that come after it`,
  ]) {
    expect(findBenchmarkTasks(wrap(MBPP_1))).toEqual(["mbpp/0"]);
    expect(findBenchmarkTasks(wrap(HUMANEVAL_0))).toEqual(["humaneval/0"]);
  }
});

test("other text is no task", () => {
  const text = 'from typing import List\n\n"""Write a function that returns the sum of two numbers."""\nreturn a + b\n';
  expect(findBenchmarkTasks(text)).toEqual([]);
  expect(
    findBenchmarkTasks("0 1 2 3 4 5 6 7 8 9 A B C D E F 0123456789 ABCDEF, a b c d e f g h i j k l m n o p"),
  ).toEqual([]);
});

test("a text has as many runs of words as it has words, less the first nine", () => {
  for (const words of [0, 1, GRAM_WORDS - 1, GRAM_WORDS, 25]) {
    let runs = 0;
    eachWordGram(Array.from({ length: words }, (_, i) => `word${i}`).join(" - "), () => runs++);
    expect(runs).toBe(Math.max(0, words - GRAM_WORDS + 1));
  }
});
