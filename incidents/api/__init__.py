"""The staff's API: every act of a person in the control room or at an agency, answered as JSON."""
