import type { PageData } from "@cspace/page/model";
import { hydrate } from "preact";
import "./style.css";
import { App } from "./view/app.tsx";

const root = document.getElementById("app");
const text = document.getElementById("data")?.textContent;
if (root !== null && text != null) {
  document.documentElement.classList.add("live");
  hydrate(<App {...(JSON.parse(text) as PageData)} />, root);
}
