/** How well doctor names faults: of each run, what it was to name first, and what it did. */
export interface DoctorScore {
  /** A machine without a fault, on which it named something or nothing. */
  readonly healthy: (named: string | undefined) => void;
  /** A fault that was injected. */
  readonly fault: (expected: string, named: string | undefined) => void;
  /** `41 faults, recall 1.00, precision 1.00 (40 healthy runs)`. */
  readonly toString: () => string;
}

/**
 * Recall: of the faults, the share that was named as the first finding. Precision: of all first findings, also on healthy
 * machines, the share that was right.
 */
export function createScore(): DoctorScore {
  let [faults, right, named, healthy] = [0, 0, 0, 0];
  const share = (part: number, whole: number): string => (whole === 0 ? "-" : (part / whole).toFixed(2));
  return {
    healthy: (found) => {
      healthy += 1;
      if (found !== undefined) named += 1;
    },
    fault: (expected, found) => {
      faults += 1;
      if (found !== undefined) named += 1;
      if (found === expected) right += 1;
    },
    toString: () =>
      `${faults} faults, recall ${share(right, faults)}, precision ${share(right, named)} (${healthy} healthy runs)`,
  };
}
