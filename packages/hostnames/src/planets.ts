/** The default names of instances, in the order they are given out: the eight planets, then dwarf planets and moons. */
export const planets: readonly string[] = [
  ...["mercury", "venus", "earth", "mars", "jupiter", "saturn", "uranus", "neptune"],
  ...["pluto", "ceres", "eris", "haumea", "makemake", "sedna", "orcus", "quaoar"],
  ...["luna", "io", "europa", "titan", "rhea", "dione", "mimas", "triton"],
  ...["charon", "phobos", "deimos", "ariel", "miranda", "oberon", "titania", "umbriel"],
  ...["callisto", "ganymede", "tethys", "phoebe", "iapetus", "hyperion", "nereid", "proteus"],
];

/**
 * The first planet that is not taken; when all are, the first of `mercury-2`, `venus-2` and so on.
 *
 * @example
 * ```ts
 * pickPlanet([]); //=> "mercury"
 * pickPlanet(["mercury", "earth"]); //=> "venus"
 * ```
 */
export function pickPlanet(taken: Iterable<string>): string {
  const used = new Set(taken);
  for (let round = 1; ; round += 1) {
    const names = round === 1 ? planets : planets.map((planet) => `${planet}-${round}`);
    const free = names.find((name) => !used.has(name));
    if (free !== undefined) return free;
  }
}
