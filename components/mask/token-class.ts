/** How a token looks. Loss: tinted and underlined. No loss: grey and hatched. So that neither needs its colour. */
export const LOSS_CLASS = "bg-mask-loss border-b-2 border-mask-loss-line text-text";
export const NO_LOSS_CLASS = "hatched border-b-2 border-transparent text-text-3";
