/** The Compose projects that containers, networks or volumes belong to, as their labels say. */
export function readComposeProjects(
  all: readonly { readonly Labels?: Readonly<Record<string, string>> | null | undefined }[],
): Set<string> {
  return new Set(all.flatMap(({ Labels }) => Labels?.["com.docker.compose.project"] ?? []));
}
