"""What users may use in their own tests: the movable clock, and local receivers of pages."""
