/**
 * Slugs that no project may have; pass them to `toSlug` as `reserved` when the text names a project.
 *
 * `0` is kept free because the proxy's own network is named `0--cspace`, and Docker takes a container's default route
 * from the network whose name sorts first.
 */
export const reservedProjects: readonly string[] = ["0"];
