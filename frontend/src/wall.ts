/** The wall. */
import "./base";
