/** The files that Compose looks for, most preferred first, as compose-go's `DefaultFileNames` has them. */
export const composeFileNames: readonly string[] = [
  "compose.yaml",
  "compose.yml",
  "docker-compose.yml",
  "docker-compose.yaml",
];

/**
 * The files that Compose merges over the one above, most preferred first, as compose-go's `DefaultOverrideFileNames` has
 * them. Only one is taken, whatever the first file is called.
 */
export const composeOverrideNames: readonly string[] = [
  "compose.override.yml",
  "compose.override.yaml",
  "docker-compose.override.yml",
  "docker-compose.override.yaml",
];
