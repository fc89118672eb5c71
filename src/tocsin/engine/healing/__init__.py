"""What is wrong although every event wakes its job: found by the sweep and the walk, and repaired."""
