/** The citizen's page that follows a report. */
import "./base";
import "../styles/public.css";
