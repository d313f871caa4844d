export function Logo({ size = 24 }: { size?: number }) {
  return (
    <svg className="logo" viewBox="0 0 32 32" width={size} height={size} aria-hidden="true">
      <rect width="32" height="32" rx="9" fill="currentColor" />
      <path
        d="M13.7 8h4.6a4.2 4.2 0 0 1 4.2 4.2v3.6a4.2 4.2 0 0 1-4.2 4.2h-3.1l-3.8 3.3c-.5.4-1.1.1-1.1-.5v-3.1a4.2 4.2 0 0 1-.8-2.4v-4.9A4.2 4.2 0 0 1 13.7 8z"
        fill="#ffffff"
      />
      <circle cx="13.6" cy="14" r="1.3" fill="currentColor" />
      <circle cx="18.4" cy="14" r="1.3" fill="currentColor" />
    </svg>
  );
}
