/** A falling loss curve in a box. The same drawing as app/icon.svg. */
export function Logo() {
  return (
    <svg aria-hidden viewBox="0 0 32 32" className="size-6 shrink-0">
      <rect width="32" height="32" rx="8" className="fill-accent-strong" />
      <path
        d="M7 8c1.5 9 5 13.5 10 14.6 3 .7 5.5.7 8 .4"
        fill="none"
        strokeWidth="3"
        strokeLinecap="round"
        className="stroke-accent-text"
      />
      <circle cx="25" cy="23" r="2.6" className="fill-accent-text" />
    </svg>
  );
}
