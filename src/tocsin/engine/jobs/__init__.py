"""The kinds of jobs, a file each: it loads one object, lets ``domain`` decide, and writes the decision."""
