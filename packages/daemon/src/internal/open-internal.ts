import type { RequestListener } from "node:http";
import { type InternalServer, type ServeInternalOptions, serveInternal } from "./serve-internal.ts";

/** Opens an internal server whose code is loaded by its first request; `undefined` where there is none. */
export async function openInternal(
  load: (() => Promise<RequestListener> | undefined) | undefined,
  options: Omit<ServeInternalOptions, "answer">,
): Promise<InternalServer | undefined> {
  if (load === undefined) return undefined;
  let loading: Promise<RequestListener> | undefined;
  return await serveInternal({
    ...options,
    answer: (request, response) => {
      loading ??= load();
      loading?.then(
        (answer) => answer(request, response),
        () => {
          loading = undefined;
          response.writeHead(500).end();
        },
      );
    },
  });
}
