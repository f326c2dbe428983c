/** How a token looks. Loss: tinted, with a solid line below. No loss: grey, with a dotted one. So that neither needs its colour. */
export const LOSS_CLASS = "bg-mask-loss border-b-2 border-mask-loss-line text-text";
/** Besides: a token that marks a place and is no text of the file. */
export const SENTINEL_CLASS = "rounded-md px-1.5 font-semibold";
export const NO_LOSS_CLASS = "border-b border-dotted border-line-strong text-text-3";
