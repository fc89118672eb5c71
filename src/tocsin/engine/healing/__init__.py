"""What is wrong although every event wakes its job: found by the sweep and the reconciler, and repaired."""
