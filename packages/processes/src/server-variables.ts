/** A variable by which servers learn of a setting, whatever starts them. */
export interface ServerVariable {
  readonly name: string;
  /** `{port}`, `{host}`, `{domains}` for all domains and `{domain}` for the first beside `localhost` stand for values. */
  readonly value: string;
  /** The vendor's page or source that it is taken from. */
  readonly source: string;
}

/** The variables that every process gets, since a server may be started by what nobody looks into (turbo, concurrently). */
export const serverVariables: readonly ServerVariable[] = [
  { name: "PORT", value: "{port}", source: "https://12factor.net/port-binding" },
  { name: "HOST", value: "{host}", source: "https://create-react-app.dev/docs/advanced-configuration" },
  {
    // One value: older versions take the whole text for one host. `*.localhost` is always allowed.
    name: "__VITE_ADDITIONAL_SERVER_ALLOWED_HOSTS",
    value: "{domain}",
    source: "https://github.com/vitejs/vite/blob/main/packages/vite/src/node/server/index.ts",
  },
  {
    name: "RAILS_DEVELOPMENT_HOSTS",
    value: "{domains}",
    source: "https://guides.rubyonrails.org/configuring.html#actiondispatch-hostauthorization",
  },
  { name: "FLASK_RUN_PORT", value: "{port}", source: "https://flask.palletsprojects.com/en/stable/cli/" },
  { name: "FLASK_RUN_HOST", value: "{host}", source: "https://flask.palletsprojects.com/en/stable/cli/" },
  { name: "UVICORN_PORT", value: "{port}", source: "https://www.uvicorn.org/settings/" },
  { name: "UVICORN_HOST", value: "{host}", source: "https://www.uvicorn.org/settings/" },
];
