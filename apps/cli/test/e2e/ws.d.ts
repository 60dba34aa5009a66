/** The little of `ws` that the tests use; the package brings no types of its own. */
declare module "ws" {
  import type { EventEmitter } from "node:events";
  // biome-ignore lint/style/noDefaultExport: the package has one
  export default class WebSocket extends EventEmitter {
    constructor(url: string, options: { headers: Record<string, string>; handshakeTimeout: number });
    send(text: string): void;
    terminate(): void;
  }
}
