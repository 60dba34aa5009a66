import { isSlug, pickPlanet, planets } from "@cspace/hostnames";
import { expect, test } from "vitest";

test("the eight planets come first, and every name is a short slug of its own", () => {
  expect(planets.slice(0, 8)).toEqual(["mercury", "venus", "earth", "mars", "jupiter", "saturn", "uranus", "neptune"]);
  expect(new Set(planets).size).toBe(planets.length);
  for (const planet of planets) expect(isSlug(planet) && planet.length <= 9, planet).toBe(true);
});

test("the first free planet is picked", () => {
  expect(pickPlanet([])).toBe("mercury");
  expect(pickPlanet(["mercury", "earth", "something-else"])).toBe("venus");
  expect(pickPlanet(new Set(planets.slice(0, 8)))).toBe(planets[8]);
});

test("when all are taken, they come again with a number", () => {
  const taken = [...planets];
  expect(pickPlanet(taken)).toBe("mercury-2");
  expect(pickPlanet([...taken, "mercury-2"])).toBe("venus-2");
  expect(pickPlanet([...taken, ...taken.map((planet) => `${planet}-2`)])).toBe("mercury-3");
});

test("a thousand picks are a thousand slugs", () => {
  const taken = new Set<string>();
  for (let count = 0; count < 1000; count += 1) taken.add(pickPlanet(taken));
  expect(taken.size).toBe(1000);
  for (const name of taken) expect(isSlug(name)).toBe(true);
});
