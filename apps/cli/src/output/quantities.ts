const units = ["B", "kB", "MB", "GB", "TB"] as const;

/** A number of bytes for people, in powers of 1000: `412 MB`. */
export function renderBytes(bytes: number): string {
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const value = bytes / 1000 ** power;
  return `${value >= 10 || power === 0 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
}

const spans = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1_000],
] as const;

/** A time span for people, in its largest unit: `3 d`. */
export function renderAge(ms: number): string {
  const [unit, length] = spans.find(([, one]) => ms >= one) ?? ["s", 1_000];
  return `${Math.floor(Math.max(0, ms) / length)} ${unit}`;
}
