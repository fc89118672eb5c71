"""The kinds of jobs, a file for each: a job loads one object, lets ``domain`` decide, and writes the decision."""
