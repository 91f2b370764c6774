/** The citizen's page that follows a report: it changes by itself while it is open. */
import "./base";
import "../styles/public.css";
import "../styles/portal.css";
import { follow } from "./portal/follow";
import { shareButtons } from "./portal/share";

const state = document.getElementById("state");
const sign = document.getElementById("connection");
if (state && sign) follow(state, sign);
shareButtons();
