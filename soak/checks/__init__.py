"""What must hold at the end of a run. Each module looks at one thing and tells what it finds to the environment."""
