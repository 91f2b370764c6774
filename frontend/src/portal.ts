/** The citizen's page for a report. */
import "./base";
import "../styles/public.css";
import "./forms";
