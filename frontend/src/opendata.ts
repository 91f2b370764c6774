/** The public page of the figures: made by the server, nothing to run. */
import "./base";
import "../styles/public.css";
import "../styles/opendata.css";
