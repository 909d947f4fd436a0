"""The task board and the self-assessments on the web; the parts of one page each."""
