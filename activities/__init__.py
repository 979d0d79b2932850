"""What is done: letters are rendered, composed and sent. Knows letters and facts, no workflow."""
