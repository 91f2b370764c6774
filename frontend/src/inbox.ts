/** An agency's inbox. */
import "./staff";
