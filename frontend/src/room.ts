/** The control room. */
import "./staff";
