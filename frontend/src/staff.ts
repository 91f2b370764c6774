/** Pages for people with an account: Tabler's styles below ours, and htmx for panels made by the server. */
import "../styles/kit.css";
import "./base";
import "../styles/staff.css";
import "./forms";
import "./menu";
